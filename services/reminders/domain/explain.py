"""A decision of the gate in plain words, in English and Chinese, for whoever asks why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from services.reminders.domain.contact import Channel, Purpose
from services.reminders.domain.gate import Permit, Withheld
from services.reminders.domain.packs import Cite, Force
from services.reminders.domain.person import ConsentKind


class Language(StrEnum):
    """Languages in which decisions are explained."""

    ENGLISH = "en"
    CHINESE = "zh-Hans"


@dataclass(frozen=True, slots=True)
class _Words:
    channels: Mapping[Channel, str]
    purposes: Mapping[Purpose, str]
    forces: Mapping[Force, str]
    opened: Mapping[ConsentKind, str]
    permitted: str
    withheld: str
    rule: str
    by_source: str
    counted: str
    also: str
    until: str
    never: str
    instead: str
    reply: str
    room: str
    rests_on: str
    unknown_place: str
    between: str
    stop: str


_ENGLISH = _Words(
    channels={
        Channel.MAIL: "e-mail",
        Channel.SMS: "text message",
        Channel.CALL: "call",
        Channel.POST: "letter",
        Channel.APP: "message in the app",
        Channel.VOICEMAIL_DROP: "recorded voice message",
        Channel.POSTCARD: "postcard",
        Channel.VISIT: "visit",
        Channel.SOCIAL: "message in social media",
    },
    purposes={
        Purpose.DEMAND: "asking for payment",
        Purpose.REMINDER: "reminding",
        Purpose.HELP: "offering help",
        Purpose.ANSWER: "answering",
        Purpose.PLAN: "about a plan",
        Purpose.MEDIATION: "about mediation",
        Purpose.STATUTORY_NOTICE: "a notice that the law requires",
    },
    forces={
        Force.LAW: "law",
        Force.PRESUMPTION: "legal presumption",
        Force.GUIDANCE: "a regulator's guidance",
        Force.STANDARD: "recommended standard",
        Force.COURT: "court decision",
        Force.DRAFT: "draft",
        Force.OWN: "our own choice",
    },
    opened={
        ConsentKind.ASKED: "The person asked for this time.",
        ConsentKind.ALLOWED: "The person agreed to more calls.",
        ConsentKind.AGREED: "These hours were agreed.",
    },
    permitted="Permitted: {channel}, {purpose}, at {at}.",
    withheld="Not permitted: {channel}, {purpose}, at {at}.",
    rule='{says} (rule {rule} of "{pack}", version {version}; {force})',
    by_source="{force}: {source}",
    counted="Counted so far: {counted} of {at_most}.",
    also="Also against it: {rules}.",
    until="It is permitted from {until}, if nothing changes until then.",
    never="No later time is known at which it will be permitted.",
    instead="Instead: {channels}.",
    reply="It answers the person's own message.",
    room="Counted: {counts}.",
    rests_on="Decided by: {policy}.",
    unknown_place="{at} (where the person is, is not known)",
    between=" or ",
    stop=" ",
)
_CHINESE = _Words(
    channels={
        Channel.MAIL: "电子邮件",
        Channel.SMS: "短信",
        Channel.CALL: "电话",
        Channel.POST: "信函",
        Channel.APP: "应用内消息",
        Channel.VOICEMAIL_DROP: "语音信箱录音",
        Channel.POSTCARD: "明信片",
        Channel.VISIT: "上门",
        Channel.SOCIAL: "社交媒体消息",
    },
    purposes={
        Purpose.DEMAND: "请求还款",
        Purpose.REMINDER: "提醒",
        Purpose.HELP: "提供帮助",
        Purpose.ANSWER: "答复",
        Purpose.PLAN: "关于还款计划",
        Purpose.MEDIATION: "关于调解",
        Purpose.STATUTORY_NOTICE: "法定通知",
    },
    forces={
        Force.LAW: "法律法规",
        Force.PRESUMPTION: "法律推定",
        Force.GUIDANCE: "监管指引",
        Force.STANDARD: "推荐性标准",
        Force.COURT: "法院判决",
        Force.DRAFT: "草案",
        Force.OWN: "本项目自定",
    },
    opened={
        ConsentKind.ASKED: "本人要求在此时间联系。",
        ConsentKind.ALLOWED: "本人同意增加通话。",
        ConsentKind.AGREED: "双方已约定此时段。",
    },
    permitted="允许：{channel}，{purpose}，时间 {at}。",
    withheld="不允许：{channel}，{purpose}，时间 {at}。",
    rule="{says}（“{pack}” {version} 版规则 {rule}；{force}）",
    by_source="{force}：{source}",
    counted="已计 {counted} 次，上限 {at_most} 次。",
    also="另有以下规则不允许：{rules}。",
    until="如无变化，自 {until} 起允许。",
    never="目前没有已知的允许时间。",
    instead="可改用：{channels}。",
    reply="这是对本人来信的答复。",
    room="计数：{counts}。",
    rests_on="依据：{policy}。",
    unknown_place="{at}（本人所在地不明）",
    between=" 或 ",
    stop="",
)
_WORDS: Mapping[Language, _Words] = {Language.ENGLISH: _ENGLISH, Language.CHINESE: _CHINESE}


def explain(decision: Permit | Withheld, language: Language) -> str:
    """Why a contact was or was not permitted: the rule with its source, what was counted, when it may be made
    and by what else. It tells nothing of what other lenders do.
    """
    words, asked = _WORDS[language], decision.asked
    head = words.permitted if isinstance(decision, Permit) else words.withheld
    said = [
        head.format(
            channel=words.channels[asked.channel],
            purpose=words.purposes[asked.purpose],
            at=_local(asked.at, tuple(one.tzinfo for one in asked.local), words),
        )
    ]
    said += (
        _permitted(decision, words) if isinstance(decision, Permit) else _withheld(decision, words, language)
    )
    said.append(words.rests_on.format(policy=asked.policy))
    return words.stop.join(said)


def _permitted(decision: Permit, words: _Words) -> list[str]:
    said = [words.opened[kind] for kind in decision.opened]
    if decision.reply:
        said.append(words.reply)
    if decision.counts:
        counts = ", ".join(f"{cite.rule} {counted}/{most}" for cite, counted, most in decision.counts)
        said.append(words.room.format(counts=counts))
    return said


def _withheld(decision: Withheld, words: _Words, language: Language) -> list[str]:
    said = [_rule(decision.rule, words, language)]
    if decision.counted is not None:
        said.append(words.counted.format(counted=decision.counted, at_most=decision.at_most))
    if decision.also:
        said.append(words.also.format(rules=", ".join(one.rule for one in decision.also)))
    if decision.until is None:
        said.append(words.never)
    else:
        zones = tuple(one.tzinfo for one in decision.asked.local)
        said.append(words.until.format(until=_local(decision.until, zones, words)))
    if decision.alternatives:
        said.append(
            words.instead.format(channels=", ".join(words.channels[one] for one in decision.alternatives))
        )
    return said


def _rule(cite: Cite, words: _Words, language: Language) -> str:
    force = words.forces[cite.force]
    if cite.force is not Force.OWN:
        force = words.by_source.format(force=force, source=cite.source)
    return words.rule.format(
        says=cite.zh if language is Language.CHINESE else cite.en,
        rule=cite.rule,
        pack=cite.pack,
        version=cite.version,
        force=force,
    )


def _local(at: datetime, zones: tuple[tzinfo | None, ...], words: _Words) -> str:
    """A moment on the person's clocks, each said once."""
    if not zones:
        return words.unknown_place.format(at=f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    shown = [f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}" for zone in zones]
    return words.between.join(dict.fromkeys(shown))
