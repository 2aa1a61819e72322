"""What every service stands on: money, time, errors, published events, their transport. No rule of debts."""
