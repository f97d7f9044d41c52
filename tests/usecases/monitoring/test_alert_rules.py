"""Alert rules: what may be wished for, what they name, and what they cannot tell."""

import pytest

from tests.hearing import channel, rule, violations
from tests.night import Night
from tests.watching import BROKEN, FINE, environment, found, monitor
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT, Environment
from tocsin.domain.monitoring.monitor import KINDS, Measurement, MonitorKind
from tocsin.domain.monitoring.notification_channel import SchemeStep
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.monitoring import alert_rules, monitors, notification_channels, rounds
from tocsin.usecases.monitoring import notification_schemes as schemes
from tocsin.usecases.monitoring.alert_rules import Wish


async def test_rules_are_made_changed_listed_and_removed(night: Night, env: Environment) -> None:
    shop, chat = await monitor(night, env), await channel(night, env)
    step = SchemeStep(after=0, channel_ids=(chat.id,))
    scheme = await schemes.create(
        night.house, env.id, schemes.Wish(name="S", steps=(step,)), night.now
    )
    named = {
        "monitor_ids": (shop.id, shop.id),
        "channel_ids": (chat.id,),
        "scheme_ids": (scheme.id,),
    }
    made = await rule(night, env, "  Shop  down ", notes=" See the wiki. ", alarm=" !ok ", **named)
    await rule(night, env, "Another")
    changed = await alert_rules.change(night.house, made.id, Wish(clear_after=3), night.now)

    assert (changed.name, changed.notes, changed.alarm) == ("Shop down", "See the wiki.", "!ok")
    assert changed.monitor_ids == (shop.id,)
    assert changed.clear_after == 3
    assert changed == await alert_rules.get(night.house, made.id)
    assert [one.name for one in await alert_rules.find(night.house, env.id)] == [
        "Another",
        "Shop down",
    ]

    await alert_rules.remove(night.house, made.id, night.now)
    with pytest.raises(NotFound, match="Alert rule"):
        await alert_rules.get(night.house, made.id)


async def test_all_that_is_wrong_is_said_at_once(night: Night, env: Environment) -> None:
    with pytest.raises(Invalid) as refused:
        await rule(night, env, "", alarm="", rounds_violating=2)

    assert refused.value.sentences == (
        "Name cannot be blank.",
        "A rule needs a condition for an alarm, for a warning, or for both.",
        "Rounds in violation cannot be more than the rounds that count.",
    )


async def test_a_name_is_used_once_in_an_environment(night: Night, env: Environment) -> None:
    first, other = await rule(night, env, "Down"), await rule(night, env, "Other")
    await rule(night, await environment(night, "Staging"), "Down")

    for wish in (rule(night, env, "DOWN"), _change(night, other.id, Wish(name="down"))):
        with pytest.raises(Invalid, match=r"Name has already been taken in this environment\."):
            await wish
    await _change(night, first.id, Wish(name="DOWN"))


async def test_a_rule_names_only_what_its_environment_has(night: Night, env: Environment) -> None:
    staging = await environment(night, "Staging")
    elsewhere, chat = await monitor(night, staging), await channel(night, staging)
    gone = await channel(night, env, "Old chat")
    await notification_channels.remove(night.house, gone.id, night.now)

    with pytest.raises(Arguments) as refused:
        await rule(
            night,
            env,
            monitor_ids=(elsewhere.id,),
            channel_ids=(chat.id, gone.id),
            scheme_ids=("PNONE",),
        )

    assert refused.value.sentences == (
        f"Monitor {elsewhere.id} was not found in this environment.",
        f"Notification channel {chat.id} was not found in this environment.",
        f"Notification channel {gone.id} was not found in this environment.",
        "Notification scheme PNONE was not found in this environment.",
    )


async def test_a_rule_whose_monitor_is_gone_can_be_changed(night: Night, env: Environment) -> None:
    shop = await monitor(night, env)
    made = await rule(night, env, monitor_ids=(shop.id,))
    await monitors.remove(night.house, shop.id, night.now)

    changed = await alert_rules.change(night.house, made.id, Wish(name="Idle"), night.now)

    assert changed.name == "Idle"


async def test_a_rule_that_is_disabled_or_removed_ends_what_it_began(
    night: Night, env: Environment
) -> None:
    shop = await monitor(night, env)
    idle, gone = await rule(night, env, "Idle"), await rule(night, env, "Gone")
    await rounds.record(night.house, [found(shop, night, BROKEN)], night.now)

    await alert_rules.change(night.house, idle.id, Wish(enabled=False), night.now)
    await alert_rules.remove(night.house, gone.id, night.now)

    assert {one.rule_name: one.cleared_because for one in await violations(night)} == {
        "Idle": "rule disabled",
        "Gone": "rule deleted",
    }


async def test_a_rule_that_names_other_monitors_ends_what_it_began(
    night: Night, env: Environment
) -> None:
    shop, blog = await monitor(night, env), await monitor(night, env, "Blog")
    made = await rule(night, env)
    await rounds.record(night.house, [found(shop, night, BROKEN)], night.now)

    await alert_rules.change(night.house, made.id, Wish(monitor_ids=(blog.id,)), night.now)

    assert [one.cleared_because for one in await violations(night)] == ["rule changed"]


async def test_a_rule_says_where_it_can_tell_nothing(night: Night, env: Environment) -> None:
    shop, blog = await monitor(night, env), await monitor(night, env, "Blog")
    made = await rule(night, env, alarm="certificate_days < 7", warning="response_time > 2000")
    broken = Measurement(ok=True, values={"certificate_days": 90, "response_time": None})
    batch = [found(shop, night, FINE), found(blog, night, broken)]
    await rounds.record(night.house, batch, night.now)

    untold = await alert_rules.untold(night.house, made.id)

    assert {(one.monitor.name, one.agent_id, one.condition, *one.lacks) for one in untold} == {
        ("Shop", BUILT_IN_AGENT, "certificate_days < 7", "certificate_days"),
        ("Blog", BUILT_IN_AGENT, "response_time > 2000"),
    }


@pytest.mark.parametrize("kind", KINDS)
async def test_every_starter_makes_a_rule(
    night: Night, env: Environment, kind: MonitorKind
) -> None:
    for starter in alert_rules.starters(kind):
        made = await rule(
            night,
            env,
            starter.name,
            alarm=starter.alarm,
            warning=starter.warning,
            rounds_violating=starter.rounds_violating,
            rounds_out_of=starter.rounds_out_of,
        )
        assert made.name == starter.name


async def _change(night: Night, rule_id: str, wish: Wish) -> None:
    await alert_rules.change(night.house, rule_id, wish, night.now)
