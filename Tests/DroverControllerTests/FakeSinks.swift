import DroverCore
import DroverManifests
import Synchronization

/// Status files in memory; they outlive daemons.
final class StatusFolder: Sendable {
  struct State {
    var files: [Identity: String] = [:]
    var writes: [Identity] = []
    var failure: StoreError?
  }

  let state = Mutex(State())

  var files: [Identity: String] { state.withLock { $0.files } }
  var writes: [Identity] { state.withLock { $0.writes } }
  func forgetWrites() { state.withLock { $0.writes = [] } }
}

struct FakeSink: StatusSink {
  let folder: StatusFolder
  let life: Life

  func write(_ bytes: [UInt8], for identity: Identity) async throws(StoreError) {
    await Task.yield()
    guard !life.isOver else { return }
    try folder.state.withLock { state throws(StoreError) in
      if let failure = state.failure { throw failure }
      state.files[identity] = String(decoding: bytes, as: UTF8.self)
      state.writes.append(identity)
    }
  }

  func remove(_ identity: Identity) async throws(StoreError) {
    await Task.yield()
    guard !life.isOver else { return }
    folder.state.withLock { $0.files[identity] = nil }
  }

  func altered(_ files: [(identity: Identity, sha256: String)]) async -> [Identity] {
    await Task.yield()
    return folder.state.withLock { state in
      files.filter { file in state.files[file.identity].map { Digest.sha256(Array($0.utf8)) } != file.sha256 }
        .map(\.identity)
    }
  }

  func existing() async throws(StoreError) -> [Identity] {
    folder.state.withLock { $0.files.keys.sorted() }
  }
}

/// Events of all daemons of a test, oldest first.
final class EventLog: EventSink {
  private let stored = Mutex<[FleetEvent]>([])

  var all: [FleetEvent] { stored.withLock { $0 } }
  func names(of object: String) -> [String] { all.filter { $0.object?.description == object }.map(\.name) }

  func record(_ events: [FleetEvent]) async { stored.withLock { $0 += events } }
  func recent(limit: Int) async -> [FleetEvent] { stored.withLock { Array($0.suffix(limit)) } }
}

struct FakeMeter: PoolMeter {
  func measure() async -> [PoolObservation] { [] }
}
