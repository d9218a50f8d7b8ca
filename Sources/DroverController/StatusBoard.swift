import DroverCore

/// One object as the API and the status files show it.
struct PublishedObject: Sendable {
  var object: FieldValue
  var status: FieldValue
  /// Digest of the bytes on disk; nil while they could not be written.
  var sha256: String?
}

/// Everything that is published, and who waits for news of it.
struct StatusBoard {
  private(set) var objects: [Identity: PublishedObject] = [:]
  private(set) var version: UInt64 = 0
  private var waiters: [UInt64: AsyncStream<UInt64>.Continuation] = [:]
  private var lastWaiter: UInt64 = 0
  var readiness = Readiness(problems: ["the first scan of the manifests is not complete"])

  mutating func put(_ identity: Identity, _ published: PublishedObject) { objects[identity] = published }
  /// The file of an object is not what was written: it is written again whatever it is to hold.
  mutating func forgetFile(of identity: Identity) { objects[identity]?.sha256 = nil }
  mutating func remove(_ identity: Identity) { objects[identity] = nil }

  /// Raises the version and returns those to tell it.
  mutating func advance() -> (version: UInt64, waiters: [AsyncStream<UInt64>.Continuation]) {
    version += 1
    defer { waiters = [:] }
    return (version, Array(waiters.values))
  }

  /// The version if it is above `after` already; else the id under which `continuation` is told the next one.
  mutating func wait(after: UInt64, _ continuation: AsyncStream<UInt64>.Continuation) -> UInt64? {
    if version > after {
      continuation.yield(version)
      return nil
    }
    lastWaiter += 1
    waiters[lastWaiter] = continuation
    return lastWaiter
  }

  mutating func leave(_ waiter: UInt64) { waiters[waiter] = nil }
}
