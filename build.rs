//! Has the crate built anew when a file of `templates/`, which is embedded in the binary, comes, goes or changes.

fn main() {
    println!("cargo:rerun-if-changed=templates");
}
