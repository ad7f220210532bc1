//! A plan as a spec in the planner's language.

use std::fmt::Write;

use super::calendar::local;
use super::plan::{Calendar, Copy, DAY, HOUR, Keep, Minutes, Plan, Timing, step};

pub(crate) fn spec(plan: &Plan) -> String {
    let mut out = format!(
        "drplan: 1\nsystem: {{name: oracle, timezone: {}}}\n\
         locations: {{main: {{kind: site}}, away: {{kind: site}}}}\n\
         stores: {{near: {{at: main, technology: shelf}}, far: {{at: away, technology: shelf}}}}\n\
         components:\n  thing:\n    technology: thing\n    objective: {{rpo: 1m, tolerates_missed_runs: {}}}\n",
        plan.zone, plan.missed
    );
    instances(&mut out, plan);
    out.push_str("    data:\n      stuff:\n        size: 1 GiB\n");
    if plan.fixed {
        out.push_str("        change: none\n");
    }
    if !plan.copies.is_empty() {
        out.push_str("        copies:\n");
    }
    for copy in &plan.copies {
        writeln!(out, "          {}: {{{}}}", copy.name, fields(plan, copy)).unwrap();
    }
    writeln!(out, "scenarios: {{rot: {{corrupts: [thing.stuff], detection: {}}}}}", duration(plan.detection)).unwrap();
    out
}

fn instances(out: &mut String, plan: &Plan) {
    out.push_str("    instances:\n      primary: {at: main, role: primary}\n");
    for (index, replica) in plan.replicas.iter().enumerate() {
        let at = if replica.offsite { "away" } else { "main" };
        let from = replica.from.map(|from| format!(", from: standby-{}", from + 1)).unwrap_or_default();
        let lag = duration(replica.lag);
        writeln!(out, "      standby-{}: {{at: {at}, role: standby, lag: {lag}{from}}}", index + 1).unwrap();
    }
    if !plan.replicas.is_empty() {
        out.push_str("    replication: {mode: async, lag: 1m}\n");
    }
}

pub(crate) fn fields(plan: &Plan, copy: &Copy) -> String {
    let mut fields = timing(plan, &copy.timing);
    if let Some(from) = copy.from {
        fields.push(format!("from: {}", plan.copies[from].name));
    }
    if let Some(replica) = copy.reads {
        fields.push(format!("reads: standby-{}", replica + 1));
    }
    if copy.hold > 0 {
        fields.push(format!("hold: {}", duration(copy.hold)));
    }
    fields.push(format!("takes: {}", duration(copy.takes)));
    if let Some(keep) = &copy.keep {
        fields.push(format!("keep: {{{}}}", keep_rules(keep)));
    }
    fields.push(format!("to: {}", if copy.offsite { "far" } else { "near" }));
    fields.join(", ")
}

fn timing(plan: &Plan, timing: &Timing) -> Vec<String> {
    let name = |copy: usize| &plan.copies[copy].name;
    let anchored = |fields: &mut Vec<String>, every: Option<Minutes>, anchor: Option<Minutes>| {
        fields.extend(every.map(|every| format!("every: {}", duration(every))));
        fields.extend(every.and(anchor).map(|anchor| format!("anchor: {}", instant(anchor))));
    };
    let mut fields = Vec::new();
    match timing {
        Timing::Calendar(calendar) => {
            fields.push(format!("schedule: \"{}\"", expression(calendar)));
            fields.extend(calendar.zone.map(|zone| format!("timezone: {zone}")));
            fields.extend(calendar.cron.then(|| "scheduler: cron".to_owned()));
        }
        Timing::Every { interval, anchor } => anchored(&mut fields, Some(*interval), *anchor),
        Timing::After { copy, every, anchor } => {
            fields.push(format!("after: {}", name(*copy)));
            anchored(&mut fields, *every, *anchor);
        }
        Timing::Continuous { lag, base } => {
            fields.push(format!("continuous: {}", duration(*lag)));
            fields.push(format!("base: {}", name(*base)));
        }
        Timing::Once(at) => fields.push(format!("once: {}", instant(*at))),
    }
    fields
}

fn keep_rules(keep: &Keep) -> String {
    let counts = [
        ("last", keep.last),
        ("hourly", keep.hourly),
        ("daily", keep.daily),
        ("weekly", keep.weekly),
        ("monthly", keep.monthly),
        ("yearly", keep.yearly),
    ];
    let counts = counts.iter().filter(|(_, count)| *count > 0).map(|(rule, count)| format!("{rule}: {count}"));
    let within = keep.within.map(|(days, hours)| format!("within: {days}d{hours}h"));
    counts.chain(within).collect::<Vec<_>>().join(", ")
}

pub(crate) fn duration(minutes: Minutes) -> String {
    match (minutes / DAY, minutes % DAY / HOUR, minutes % HOUR) {
        (days, 0, 0) if days > 0 => format!("{days}d"),
        (0, hours, 0) if hours > 0 => format!("{hours}h"),
        (0, 0, minutes) => format!("{minutes}m"),
        _ => format!("{}h {}m", minutes / HOUR, minutes % HOUR),
    }
}

fn instant(at: Minutes) -> String {
    format!("{}Z", local("UTC", at))
}

/// The five fields; every third expression in systemd's form where that can say it.
fn expression(calendar: &Calendar) -> String {
    let both = calendar.days.is_some() && calendar.weekdays.is_some();
    if !both && !calendar.cron && (calendar.minutes[0] + calendar.hours[0]) % 3 == 1 {
        return on_calendar(calendar);
    }
    let any = |set: &Option<Vec<i8>>| set.as_ref().map_or("*".to_owned(), |set| ranges(set));
    let fields = [steps(&calendar.minutes, 60), steps(&calendar.hours, 24), any(&calendar.days), any(&calendar.months)];
    format!("{} {}", fields.join(" "), any(&calendar.weekdays))
}

/// Every value of a field, or a step, or what it takes.
fn steps(set: &[i8], of: i8) -> String {
    match step(set, of) {
        Some(1) => "*".to_owned(),
        Some(step) => format!("*/{step}"),
        None => ranges(set),
    }
}

fn ranges(set: &[i8]) -> String {
    if set.len() > 2 && set.windows(2).all(|pair| pair[1] == pair[0] + 1) {
        return format!("{}-{}", set[0], set[set.len() - 1]);
    }
    list(set, |n| n.to_string())
}

fn list(set: &[i8], word: impl Fn(i8) -> String) -> String {
    set.iter().map(|n| word(*n)).collect::<Vec<_>>().join(",")
}

fn on_calendar(calendar: &Calendar) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let two = |set: &[i8]| list(set, |n| format!("{n:02}"));
    let any = |set: &Option<Vec<i8>>| set.as_ref().map_or("*".to_owned(), |set| two(set));
    let weekdays = calendar.weekdays.as_ref().map(|days| list(days, |day| DAYS[day as usize].to_owned()) + " ");
    format!(
        "{}*-{}-{} {}:{}:00",
        weekdays.unwrap_or_default(),
        any(&calendar.months),
        any(&calendar.days),
        two(&calendar.hours),
        two(&calendar.minutes)
    )
}
