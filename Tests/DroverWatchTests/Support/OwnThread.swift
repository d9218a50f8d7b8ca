import Dispatch
import Glibc
import Synchronization

/// Runs tasks on one thread of its own, for what the kernel keeps for each thread: mounts, and the user that opens
/// files.
final class OwnThread: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])
  private let waiting = DispatchSemaphore(value: 0)

  /// Starts a thread; nil where it could not be prepared.
  static func start(_ prepare: @escaping @Sendable () -> Bool) -> OwnThread? {
    let thread = OwnThread()
    let isReady = DispatchSemaphore(value: 0)
    let isPrepared = Flag()
    let body = Body {
      isPrepared.value.withLock { $0 = prepare() }
      isReady.signal()
      thread.loop()
    }
    var handle = pthread_t()
    let code = pthread_create(
      &handle, nil,
      { argument in
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(body).toOpaque())
    guard code == 0 else { return nil }
    pthread_detach(handle)
    isReady.wait()
    return isPrepared.value.withLock { $0 } ? thread : nil
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    jobs.withLock { $0.append(unowned) }
    waiting.signal()
  }

  private func loop() {
    while true {
      waiting.wait()
      let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      job?.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private final class Flag: Sendable { let value = Mutex(false) }
}

extension OwnThread {
  /// A thread with mounts of its own; nil where that is not permitted.
  static func withOwnMounts() -> OwnThread? {
    start {
      let newNamespace: Int32 = 0x0002_0000
      let isPrivate = UInt(MS_REC | MS_PRIVATE)
      return Calls.unshare?(newNamespace) == 0 && mount("none", "/", nil, isPrivate, nil) == 0
    }
  }

  /// A thread that opens files as a user who owns none; nil where that is not permitted.
  static func asNobody() -> OwnThread? {
    start {
      let nobody: UInt32 = 65534
      _ = Calls.setfsuid?(nobody)
      // Says who it was before, which is now the one just set.
      return Calls.setfsuid?(nobody) == Int32(nobody)
    }
  }

  /// System calls that the module of the C library leaves out.
  private enum Calls {
    static let unshare = find("unshare").map { unsafeBitCast($0, to: (@convention(c) (Int32) -> Int32).self) }
    static let setfsuid = find("setfsuid").map { unsafeBitCast($0, to: (@convention(c) (UInt32) -> Int32).self) }

    private static func find(_ name: String) -> UnsafeMutableRawPointer? { dlsym(nil, name) }
  }
}
