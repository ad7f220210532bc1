//! The same law on random folders: small sets of paths that get in each other's way, foreign files and edits among them,
//! every kind of fault at a random moment.

use super::crashes::recover;
use super::faulty::{Fault, Faulty};
use super::*;

const PATHS: [&str; 10] = ["a", "b", "a/a", "a/b", "b/a", "a/a/a", "a/a/b", "c", "c/d/e/f", "c/d/g"];
const TEXTS: [&str; 3] = ["1", "2", "a longer text"];

/// Small numbers, the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn set(&mut self) -> FileSet {
        let mut set = FileSet::new();
        for path in PATHS {
            let text = TEXTS[self.roll(TEXTS.len())];
            // A path that another one of the set blocks is left out.
            let _ = match self.roll(5) {
                0 | 1 => set.add(path, text),
                2 => set.add_executable(path, text),
                _ => Ok(()),
            };
        }
        set
    }

    fn sections(&mut self) -> Vec<(&'static str, FileSet)> {
        let inner = self.set();
        let mut other = FileSet::new();
        other.extend("other", inner).unwrap();
        match self.roll(3) {
            0 => vec![("puppet", self.set()), ("runbooks", other)],
            1 => vec![("puppet", self.set())],
            _ => vec![("runbooks", other)],
        }
    }

    /// What somebody does by hand.
    fn meddle(&mut self, folder: &Path) {
        for path in PATHS {
            let target = folder.join(path);
            let _ = match self.roll(16) {
                0 => target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&target, "by hand")),
                1 => fs::remove_file(&target),
                2 => fs::remove_dir_all(&target),
                3 => fs::create_dir_all(&target),
                _ => Ok(()),
            };
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn whole_old_or_whole_new_on_random_folders() {
    let mut dice = Dice(0x1234_5678_9abc_def1);
    let (mut faults, mut refusals) = (0, 0);
    for round in 0..700 {
        let (keep, folder) = folder();
        fs::create_dir(&folder).unwrap();
        deploy_on(&Faulty::sound(), &folder, &dice.sections()).unwrap();
        dice.meddle(&folder);
        let (old, next) = (snapshot(&folder), dice.sections());

        let twin = keep.path().join("twin");
        copy(&folder, &twin);
        let measure = Faulty::sound();
        let clean = deploy_on(&measure, &twin, &next);
        let new = snapshot(&twin);
        if clean.is_err() {
            refusals += 1;
            assert_eq!(old, new, "round {round}: what is refused changes nothing");
        } else {
            assert!(check(&twin, &next).unwrap().is_empty(), "round {round}");
        }

        let fault = [Fault::Killed, Fault::Full, Fault::Once, Fault::Broken][dice.roll(4)];
        let at = dice.roll(measure.changes.get() + 1);
        let disk = Faulty { links: dice.roll(2) == 0, ..Faulty::new(fault, at) };
        let done = deploy_on(&disk, &folder, &next);
        faults += usize::from(done.is_err());
        recover(&Faulty::sound(), &folder).unwrap();
        let now = snapshot(&folder);
        assert!(now == old || now == new, "round {round}, {fault:?} at {at}: {done:?}\n{old:?}\n{now:?}\n{new:?}");
        assert!(done.is_err() || now == new, "round {round}");
        if !matches!(done, Err(DeployError::Unfinished { .. })) && fault != Fault::Killed {
            assert!(done.is_ok() || now == old, "round {round}: an error means that nothing was written");
        }
    }
    assert!(faults > 200 && refusals > 50, "{faults} {refusals}");
}

#[test]
fn what_is_done_by_hand_between_a_crash_and_the_next_run_stays() {
    let mut dice = Dice(0x0dd0_1234_5678_9abc);
    let mut found = 0;
    for round in 0..400 {
        let (_keep, folder) = folder();
        fs::create_dir(&folder).unwrap();
        deploy_on(&Faulty::sound(), &folder, &dice.sections()).unwrap();
        dice.meddle(&folder);
        let next = dice.sections();
        let at = dice.roll(40);
        let _ = deploy_on(&Faulty::new(Fault::Killed, at), &folder, &next);
        dice.meddle(&folder);
        let by_hand = |snapshot: Snapshot| -> Vec<String> {
            let files = snapshot.into_iter().filter(|(_, file)| file.as_ref().is_some_and(|file| file.0 == "by hand"));
            files.map(|(path, _)| path).collect()
        };
        let before = by_hand(snapshot(&folder));
        found += before.len();
        let recovered = recover(&Faulty::sound(), &folder);
        assert_eq!(by_hand(snapshot(&folder)), before, "round {round}, killed at {at}: {recovered:?}");
        let deployed = deploy_on(&Faulty::sound(), &folder, &next);
        assert_eq!(by_hand(snapshot(&folder)), before, "round {round}, killed at {at}: {deployed:?}");
    }
    assert!(found > 200, "{found}");
}
