//! Turns `src/trust.lalrpop` into the parser.

fn main() {
    println!("cargo:rerun-if-changed=src/trust.lalrpop");
    if let Err(error) = lalrpop::Configuration::new().use_cargo_dir_conventions().emit_rerun_directives(true).process()
    {
        eprintln!("the grammar does not compile: {error}");
        std::process::exit(1);
    }
}
