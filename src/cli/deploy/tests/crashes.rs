//! The law of the writer: wherever a run ends, the folder is afterwards the whole old state or the whole new one, and
//! what is not ours is untouched.

use super::faulty::{Fault, Faulty};
use super::*;

/// A folder with two sections, foreign files, and a new state that creates, changes, removes, makes executable, and
/// turns a file into a folder and a folder into a file.
fn before(folder: &Path) {
    let files = [("keep", "k"), ("change", "old"), ("mode", "m"), ("gone/deep/x", "x"), ("a", "file"), ("b/c", "in")];
    let sections = [("puppet", set(&files)), ("runbooks", set(&[("run/book.md", "r")]))];
    deploy_on(&Faulty::sound(), folder, &sections).unwrap();
    write(folder, "foreign", "f");
    write(folder, "run/foreign", "f");
}

fn after() -> Vec<(&'static str, FileSet)> {
    puppet(&[("keep", "k"), ("change", "new"), ("mode*", "m"), ("fresh/n", "n"), ("a/x", "folder"), ("b", "file")])
}

/// What the next run does before anything else.
pub(super) fn recover(disk: &dyn Disk, folder: &Path) -> Result<bool, DeployError> {
    let lock = Lock::take(folder, disk)?;
    let journal = Journal { folder, disk };
    let done = journal.recover();
    if !matches!(journal.is_pending(), Ok(true)) {
        journal.clear();
        lock.release();
    }
    done
}

struct States {
    old: Snapshot,
    new: Snapshot,
}

fn states() -> States {
    let (_keep, folder) = folder();
    before(&folder);
    let old = snapshot(&folder);
    deploy_on(&Faulty::sound(), &folder, &after()).unwrap();
    let new = snapshot(&folder);
    assert_ne!(old, new);
    States { old, new }
}

/// Runs the deployment with a fault at each change in turn, until it gets through without meeting it.
fn at_every_change(fault: Fault, links: bool, mut examine: impl FnMut(&Path, Result<Outcome, DeployError>, usize)) {
    for at in 0.. {
        let (_keep, folder) = folder();
        before(&folder);
        let disk = Faulty { links, ..Faulty::new(fault, at) };
        let done = deploy_on(&disk, &folder, &after());
        let met = disk.changes.get() > at;
        examine(&folder, done, at);
        if !met {
            assert!(at > 30, "the deployment makes many changes, not {at}");
            return;
        }
    }
}

#[test]
fn killed_anywhere_the_next_run_finds_the_whole_old_or_makes_the_whole_new() {
    let States { old, new } = states();
    for links in [true, false] {
        let mut seen = [0, 0];
        at_every_change(Fault::Killed, links, |folder, _, at| {
            recover(&Faulty::sound(), folder).unwrap();
            let now = snapshot(folder);
            assert!(now == old || now == new, "killed at {at}: {now:#?}");
            seen[usize::from(now == new)] += 1;
            assert!(!folder.join(journal::STAGING).exists());
            deploy_on(&Faulty::sound(), folder, &after()).unwrap();
            assert_eq!(snapshot(folder), new);
        });
        assert!(seen[0] > 5 && seen[1] > 5, "both outcomes occur: {seen:?}");
    }
}

#[test]
fn killed_again_while_recovering() {
    let States { old, new } = states();
    at_every_change(Fault::Killed, true, |folder, _, at| {
        let mut again = 0;
        loop {
            let disk = Faulty::new(Fault::Killed, again);
            let _ = recover(&disk, folder);
            if disk.changes.get() <= again {
                break;
            }
            again += 1;
        }
        let now = snapshot(folder);
        assert!(now == old || now == new, "killed at {at} and then at every change of the recovery");
    });
}

#[test]
fn a_full_disk_leaves_the_old_state() {
    let States { old, new } = states();
    for links in [true, false] {
        at_every_change(Fault::Full, links, |folder, done, at| match done {
            Ok(_) => assert_eq!(snapshot(folder), new),
            Err(error) => {
                assert!(
                    matches!(&error, DeployError::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull)
                );
                assert_eq!(snapshot(folder), old, "full at {at}");
                assert!(!folder.join(journal::STAGING).exists());
                assert!(error.help().unwrap().contains("make room"));
            }
        });
    }
}

#[test]
fn one_failing_change_leaves_a_whole_state() {
    let States { old, new } = states();
    at_every_change(Fault::Once, true, |folder, done, at| {
        let now = snapshot(folder);
        assert_eq!(now, if done.is_ok() { new.clone() } else { old.clone() }, "failed at {at}");
    });
}

#[test]
fn when_not_even_going_back_works_the_next_run_does_it() {
    let States { old, new } = states();
    let mut unfinished = 0;
    at_every_change(Fault::Broken, true, |folder, done, at| {
        if let Err(DeployError::Unfinished { .. }) = done {
            unfinished += 1;
            assert!(matches!(check(folder, &after()), Err(DeployError::Interrupted(_))));
        }
        recover(&Faulty::sound(), folder).unwrap();
        let now = snapshot(folder);
        assert!(now == old || now == new, "broken at {at}");
    });
    assert!(unfinished > 5);
}

#[test]
fn an_edit_after_the_crash_survives() {
    let edit = "by hand, after the crash";
    for path in ["change", "b/c", "gone/deep/x", "fresh/n", "mode", "a", MANIFEST] {
        at_every_change(Fault::Killed, true, |folder, _, at| {
            let target = folder.join(path);
            if target.parent().is_some_and(Path::is_dir) && !target.is_dir() {
                fs::write(&target, edit).unwrap();
                let _ = recover(&Faulty::sound(), folder);
                let _ = deploy_on(&Faulty::sound(), folder, &after());
                assert_eq!(fs::read_to_string(&target).unwrap_or_default(), edit, "{path}, killed at {at}");
                assert_eq!((read(folder, "foreign"), read(folder, "run/foreign")), ("f".into(), "f".into()));
            }
        });
    }
}
