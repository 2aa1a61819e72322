"""What every service stands on: money, time, errors, published events and their transport. No rule about debts."""
