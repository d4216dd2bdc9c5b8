// Command freeze stops one thread of a process in the middle of a flush to disk, and
// leaves the others running: to the process the disk has ceased to answer. It lasts
// until the process ends.
//
//	freeze PID
//
// It says "frozen" with the machine's time since it was switched on, in seconds, and
// "gone" when the process has ended.
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// options make a stop before a system call another than one by a signal, and trace the
// threads that are made meanwhile.
const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE

func main() {
	log.SetFlags(0)
	runtime.LockOSThread() // the kernel wants one thread to trace
	pid, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	f := &freezer{threads: map[int]bool{}}
	if err := f.freeze(pid); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("frozen %.3f\n", uptime())
	f.bury()
	fmt.Printf("gone %.3f\n", uptime())
}

// freezer traces the threads of a process.
type freezer struct{ threads map[int]bool }

// freeze traces every thread from one system call to the next, until one is about to
// flush. The others are let go.
func (f *freezer) freeze(pid int) error {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return err
	}
	for _, task := range tasks {
		tid, err := strconv.Atoi(task.Name())
		if err != nil {
			return err
		}
		if err := ptrace(unix.PTRACE_SEIZE, tid, options); err != nil {
			return fmt.Errorf("trace thread %d: %w", tid, err)
		}
		f.threads[tid] = true
		if err := ptrace(unix.PTRACE_INTERRUPT, tid, 0); err != nil {
			return err
		}
	}
	for {
		var status unix.WaitStatus
		tid, err := unix.Wait4(-1, &status, unix.WALL, nil)
		if err != nil {
			return fmt.Errorf("wait for a thread: %w", err)
		}
		if !status.Stopped() {
			delete(f.threads, tid)
			continue
		}
		f.threads[tid] = true
		if status.StopSignal() == unix.SIGTRAP|0x80 && flushes(tid) {
			return f.release(tid)
		}
		if err := ptrace(unix.PTRACE_SYSCALL, tid, deliver(status)); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("let thread %d go on: %w", tid, err)
		}
	}
}

// release lets all threads but one go.
func (f *freezer) release(frozen int) error {
	for tid := range f.threads {
		if tid == frozen {
			continue
		}
		if err := ptrace(unix.PTRACE_INTERRUPT, tid, 0); errors.Is(err, unix.ESRCH) {
			continue
		}
		var status unix.WaitStatus
		if _, err := unix.Wait4(tid, &status, unix.WALL, nil); err != nil {
			return fmt.Errorf("stop thread %d: %w", tid, err)
		}
		if !status.Stopped() {
			continue
		}
		if err := ptrace(unix.PTRACE_DETACH, tid, deliver(status)); err != nil {
			return fmt.Errorf("leave thread %d: %w", tid, err)
		}
	}
	return nil
}

// bury waits for the end of the frozen thread, as the kernel wants of who traces it.
func (f *freezer) bury() {
	for {
		var status unix.WaitStatus
		if _, err := unix.Wait4(-1, &status, unix.WALL, nil); err != nil {
			return // there is none any more
		}
	}
}

// deliver is the signal that a stopped thread is to get when it goes on.
func deliver(status unix.WaitStatus) uintptr {
	s := status.StopSignal()
	if event := uint32(status) >> 16; event != 0 || s == unix.SIGTRAP || s == unix.SIGTRAP|0x80 {
		return 0
	}
	return uintptr(s)
}

// flushes says whether a thread that is stopped is about to make the system call
// fdatasync. The offsets are those of struct ptrace_syscall_info, see ptrace(2).
func flushes(tid int) bool {
	const number = 24
	var info [128]byte
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(tid), uintptr(len(info)), uintptr(unsafe.Pointer(&info)), 0, 0)
	return errno == 0 && info[0] == unix.PTRACE_SYSCALL_INFO_ENTRY &&
		binary.NativeEndian.Uint64(info[number:]) == unix.SYS_FDATASYNC
}

func ptrace(request, tid int, data uintptr) error {
	if _, _, errno := unix.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), 0, data, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// uptime is CLOCK_BOOTTIME in seconds.
func uptime() float64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		log.Fatal(err)
	}
	return time.Duration(ts.Nano()).Seconds()
}
