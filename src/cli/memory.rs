//! A limit on memory: a claim file that grows a list for ever ends with a message, not with the machine.

#![allow(unsafe_code)] // An allocator is an unsafe trait; this one only counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

static USED: AtomicUsize = AtomicUsize::new(0);
static OVER: AtomicBool = AtomicBool::new(false);
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);
static STATUS: AtomicU8 = AtomicU8::new(STOPPED);

/// The exit status of a program that a limit stopped.
const STOPPED: u8 = 3;

/// The system's allocator, with a count of the bytes in use. (GMP's numbers are not counted; they are small.)
#[derive(Debug)]
pub struct Limited;

/// Ends the program, with exit status 3 and a message, when more than this is in use.
pub(crate) fn set_limit(mebibytes: usize) {
    LIMIT.store(mebibytes.saturating_mul(1 << 20), Ordering::Relaxed);
}

/// Ends the program with this exit status instead, and without a message: another one says what it means.
pub(crate) fn set_exit_status(status: u8) {
    STATUS.store(status, Ordering::Relaxed);
}

fn take(bytes: usize) {
    let used = USED.fetch_add(bytes, Ordering::Relaxed);
    if used.saturating_add(bytes) > LIMIT.load(Ordering::Relaxed) {
        // The first thread ends the program; the others wait for that. Nothing here may allocate.
        while OVER.swap(true, Ordering::SeqCst) {
            std::thread::sleep(Duration::from_secs(1));
        }
        let message = b"\nerror: stopped by a limit: out of the memory that --memory allows (in MiB)\n  \
            ask for less at a time (smaller networks, shorter lists), or give more\n";
        let status = STATUS.load(Ordering::Relaxed);
        if status == STOPPED {
            let _ = std::io::stderr().write_all(message);
        }
        std::process::exit(status.into());
    }
}

fn give_back(bytes: usize) {
    USED.fetch_sub(bytes, Ordering::Relaxed);
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        give_back(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        take(size);
        give_back(layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
