//! The same commands on several hosts, one after the other, are told once: ``On each of `a`, `b`, as root:``. A page for
//! forty hosts is as long as one for two.

/// A command of a page: ``On `host`, as root:``, a blank line and a block.
struct Command<'p> {
    host: &'p str,
    who: &'p str,
    block: &'p [&'p str],
    /// How many lines it is, with the blank ones after it.
    length: usize,
}

/// Gathers what is the same. The page has no two blank lines together outside of code.
pub(super) fn gather(page: &str) -> String {
    let lines: Vec<&str> = page.lines().collect();
    let mut out = String::with_capacity(page.len());
    let mut rest = lines.as_slice();
    while !rest.is_empty() {
        let Some(command) = command(rest) else {
            // A block without a host is left alone, whatever stands in it.
            let (left, after) = rest.split_at(block(rest).map_or(1, <[_]>::len));
            put(&mut out, left);
            rest = after;
            continue;
        };
        let mut hosts = vec![command.host];
        let mut length = command.length;
        while let Some(next) = self::command(&rest[length..])
            && (next.who, next.block) == (command.who, command.block)
        {
            hosts.push(next.host);
            length += next.length;
        }
        if hosts.len() > 1 {
            let heading = format!("On each of {}, {}:", hosts.join(", "), command.who);
            put(&mut out, &[&heading, ""]);
            put(&mut out, command.block);
            put(&mut out, &[""]);
        } else {
            put(&mut out, &rest[..length]);
        }
        rest = &rest[length..];
    }
    out
}

fn put(out: &mut String, lines: &[&str]) {
    for line in lines {
        out.push_str(line);
        out.push('\n');
    }
}

fn command<'p>(lines: &'p [&'p str]) -> Option<Command<'p>> {
    let [on, "", rest @ ..] = lines else { return None };
    let (host, who) = on.strip_prefix("On ")?.strip_suffix(':')?.rsplit_once("`, ")?;
    let host = &on["On ".len().."On ".len() + host.len() + 1];
    let block = host.starts_with('`').then(|| block(rest))??;
    let blank = rest.get(block.len()).is_some_and(|line| line.is_empty());
    Some(Command { host, who, block, length: 2 + block.len() + usize::from(blank) })
}

/// The block of code that lines begin with, its fences included.
fn block<'p>(lines: &'p [&'p str]) -> Option<&'p [&'p str]> {
    let open = lines.first()?;
    let ticks = open.bytes().take_while(|byte| *byte == b'`').count();
    let is_end = |line: &&str| line.len() >= ticks && line.bytes().all(|byte| byte == b'`');
    let end = lines.iter().skip(1).position(is_end).filter(|_| ticks >= 3)?;
    lines.get(..end + 2)
}

#[cfg(test)]
mod tests {
    use super::gather;

    fn on(host: &str, who: &str, code: &str) -> String {
        format!("On `{host}`, {who}:\n\n```sh\n{code}\n```\n\n")
    }

    #[test]
    fn what_is_the_same_is_told_once() {
        let page = ["one", "two", "three"].map(|host| on(host, "as root", "ls\n\nls")).concat();
        let told = "# A\n\nOn each of `one`, `two`, `three`, as root:\n\n```sh\nls\n\nls\n```\n\n- Expect: b\n";
        assert_eq!(gather(&format!("# A\n\n{page}- Expect: b\n")), told);
    }

    #[test]
    fn all_else_is_left_alone() {
        let apart = on("a", "as root", "ls") + "Then:\n\n" + &on("b", "as root", "ls");
        let who = on("a", "as root", "ls") + &on("b", "as postgres", "ls");
        let what = on("a", "as root", "ls") + &on("b", "as root", "ls -l");
        let back = on("a", "as root", "ls") + &on("b", "as root", "id") + &on("a", "as root", "ls");
        let in_code = format!("````md\n{}````\n", on("a", "as root", "x") + &on("b", "as root", "x"));
        for page in
            [apart, who, what, back, in_code, "On `a`, as root:\n\n```sh\nls\n".to_owned(), "On a:\n".to_owned()]
        {
            assert_eq!(gather(&page), page);
        }
    }
}
