//! Modules: from source or from a built module, shared by counting.
//!
//! In: bytes or a path. Out: a handle.

use std::ffi::c_char;
use std::path::Path;
use std::sync::Arc;

use trust_runtime::module::Module;

use crate::error::trust_status::*;
use crate::error::{Problem, guard, trust_error, trust_status};
use crate::memory::{bytes, put, utf8};

/// A package in native code. Counted; any number of threads use one at once, and none waits for another.
pub struct trust_module {
    pub(crate) module: Module,
}

/// No built module is larger.
const MOST: u64 = 1 << 30;

/// # Safety
///
/// `module` is null or a live module.
pub(crate) unsafe fn module_of<'m>(module: *const trust_module) -> Result<&'m Module, Problem> {
    // SAFETY: says the caller.
    let found = unsafe { module.as_ref() };
    found.map(|found| &found.module).ok_or_else(|| Problem::new(TRUST_INVALID, "module is null").at("module"))
}

/// # Safety
///
/// `out` is null or points to a place for a pointer.
unsafe fn hand_out(out: *mut *mut trust_module, module: Module) -> Result<(), Problem> {
    let handle = Arc::into_raw(Arc::new(trust_module { module })).cast_mut();
    // SAFETY: says the caller.
    let done = unsafe { put(out, handle) };
    if done.is_err() {
        // SAFETY: it came from an `Arc` just now and was given to nobody.
        drop(unsafe { Arc::from_raw(handle) });
    }
    done
}

/// Makes a module from the text of one `.trust` file in memory. `name` is how messages call it (`policy.trust`); `root` is the
/// folder that the policy's `data` files are in, empty for none. `TRUST_SOURCE` where the policy has errors, the first in the
/// error object and all of them in its details; `TRUST_UNSUPPORTED` where the library was built without the front end. The
/// host owns the module and gives it back with `trust_module_release`; the bytes may go at once. Any thread.
///
/// # Safety
///
/// The texts stand there in their lengths, `out` points to a place for a pointer, `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_compile(
    name: *const c_char,
    name_length: usize,
    source: *const c_char,
    source_length: usize,
    root: *const c_char,
    root_length: usize,
    out: *mut *mut trust_module,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let name = utf8(name, name_length, "name")?;
            let source = utf8(source, source_length, "source")?;
            let root = utf8(root, root_length, "root")?;
            hand_out(out, front::compile(name, source, Path::new(root))?)
        })
    }
}

/// Makes a module from a `.trust` file or a package folder. Else as `trust_module_compile`.
///
/// # Safety
///
/// As of `trust_module_compile`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_compile_path(
    path: *const c_char,
    path_length: usize,
    out: *mut *mut trust_module,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let path = utf8(path, path_length, "path")?;
            hand_out(out, front::compile_path(Path::new(path))?)
        })
    }
}

/// Makes a module from the bytes of a built one (`trustc build`). They are looked at in full: what is damaged, of another version
/// or not sound is `TRUST_MODULE`, with a reason. Else as `trust_module_compile`.
///
/// # Safety
///
/// As of `trust_module_compile`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_load(
    built: *const c_char,
    built_length: usize,
    out: *mut *mut trust_module,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let built = bytes(built, built_length, "built")?;
            hand_out(out, Module::read(built)?)
        })
    }
}

/// Makes a module from a file that holds a built one. Else as `trust_module_load`.
///
/// # Safety
///
/// As of `trust_module_compile`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_load_path(
    path: *const c_char,
    path_length: usize,
    out: *mut *mut trust_module,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let path = utf8(path, path_length, "path")?;
            let built = read(Path::new(path)).map_err(|e| Problem::new(TRUST_IO, e).at(path))?;
            hand_out(out, Module::read(&built)?)
        })
    }
}

/// A regular file of bounded size: no device or pipe can hang a host.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let told = |e: std::io::Error| format!("the file cannot be read: {e}");
    let meta = std::fs::metadata(path).map_err(told)?;
    if !meta.is_file() {
        return Err("this is no regular file".into());
    }
    if meta.len() > MOST {
        return Err(format!("the file is larger than {} MiB", MOST >> 20));
    }
    std::fs::read(path).map_err(told)
}

/// One more owner of a module: each gives it back. Any thread.
///
/// # Safety
///
/// `module` is null or a live module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_retain(module: *const trust_module, error: *mut trust_error) -> trust_status {
    // SAFETY: a live module came from an `Arc`.
    unsafe {
        guard(error, || {
            module_of(module)?;
            Arc::increment_strong_count(module);
            Ok(())
        })
    }
}

/// One owner less; with the last one the module goes, its texts and its native functions with it. Null is passed over. Any thread.
///
/// # Safety
///
/// `module` is null or a live module, which this owner uses no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_release(module: *const trust_module) {
    if !module.is_null() {
        // SAFETY: a live module came from an `Arc`.
        unsafe {
            guard(std::ptr::null_mut(), || {
                Arc::decrement_strong_count(module);
                Ok(())
            })
        };
    }
}

/// Makes the native code of all blocks now. Without it, that of a block is made when it is first asked, and threads that ask the
/// same block wait for it. Any thread.
///
/// # Safety
///
/// `module` is a live module, `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_module_prepare(module: *const trust_module, error: *mut trust_error) -> trust_status {
    // SAFETY: says the caller.
    unsafe { guard(error, || Ok(module_of(module)?.compile()?)) }
}

#[cfg(feature = "compile")]
mod front {
    //! The front end.

    use std::path::Path;

    use codespan_reporting::term::termcolor::NoColor;
    use trust_runtime::module::Module;
    use trust_syntax::diagnostic::Severity;
    use trustc::diag::{self, Part};
    use trustc::driver::{self, Analysis};
    use trustc::{loader, native};

    use crate::error::Problem;
    use crate::error::trust_status::*;

    /// Deeply nested sources are walked on a stack that has room for them.
    const STACK: usize = 64 << 20;

    pub fn compile(name: &str, source: &str, root: &Path) -> Result<Module, Problem> {
        let name = if name.is_empty() { "policy.trust" } else { name };
        on_large_stack(|| checked(driver::analyse(&loader::from_text(name, root, source))))
    }

    pub fn compile_path(path: &Path) -> Result<Module, Problem> {
        on_large_stack(|| {
            let analysis = driver::analyse_path(path);
            checked(analysis.map_err(|e| Problem::new(TRUST_IO, e.message).at(e.path.display().to_string()))?)
        })
    }

    fn on_large_stack(work: impl FnOnce() -> Result<Module, Problem> + Send) -> Result<Module, Problem> {
        std::thread::scope(|scope| {
            let started = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            let thread = started.map_err(|e| Problem::new(TRUST_IO, format!("no thread can be started: {e}")))?;
            match thread.join() {
                Ok(done) => done,
                Err(payload) => std::panic::resume_unwind(payload),
            }
        })
    }

    fn checked(analysis: Analysis) -> Result<Module, Problem> {
        let mut broken = match analysis.checked() {
            Ok((program, _)) => return Ok(native::module(&program)?),
            Err(broken) => broken,
        };
        broken.diagnostics.retain(|d| d.severity == Severity::Error);
        diag::sort(&broken.sources, &mut broken.diagnostics);
        let mut told = NoColor::new(Vec::new());
        // A vector takes every byte.
        let _ = diag::text::write(&mut told, Part { sources: &broken.sources, diagnostics: &broken.diagnostics });
        let mut problem = Problem::new(TRUST_SOURCE, "the policy has errors");
        if let Some(first) = broken.diagnostics.first() {
            let (line, column) = broken.sources.line_column(first.span.file, first.span.start);
            let file = broken.sources.get(first.span.file).map_or("", |file| file.path.as_str());
            problem.code = first.code.into();
            problem.message = first.message.to_string();
            problem.path = format!("{file}:{line}:{column}");
        }
        problem.details = String::from_utf8_lossy(&told.into_inner()).into_owned();
        Err(problem)
    }
}

#[cfg(not(feature = "compile"))]
mod front {
    //! No front end.

    use std::path::Path;

    use trust_runtime::module::Module;

    use crate::error::Problem;
    use crate::error::trust_status::*;

    fn without() -> Problem {
        Problem::new(TRUST_UNSUPPORTED, "this library was built without the front end: load a built module")
    }

    pub fn compile(_: &str, _: &str, _: &Path) -> Result<Module, Problem> {
        Err(without())
    }

    pub fn compile_path(_: &Path) -> Result<Module, Problem> {
        Err(without())
    }
}
