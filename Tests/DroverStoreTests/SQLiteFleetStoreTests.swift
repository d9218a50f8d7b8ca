import DroverCore
import DroverSystem
import GRDB
import Glibc
import Testing

@testable import DroverStore

struct SQLiteFleetStoreTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("drover.sqlite")
  }

  private func store() -> SQLiteFleetStore {
    SQLiteFleetStore(path: path, now: { Timestamp(milliseconds: 1_792_000_000_000) })
  }

  private func committed(_ number: Int) async throws {
    let store = store()
    _ = try await store.load()
    try await store.commit([.putRegistration(Sample.registration(number)), .putInstance(Sample.instance(number))])
  }

  private func write(_ bytes: [UInt8]) throws { try AtomicFile.write(path, bytes, durability: .none) }

  @Test func `has a column for every field of an instance`() {
    #expect(Mirror(reflecting: Sample.fullInstance).children.count == 18)
  }

  @Test func `keeps its files to their owner`() async throws {
    try await committed(1)
    let store = store()
    _ = try await store.load()
    try await store.commit([.putSetting("a", "b")])
    for name in folder.names {
      #expect(try FileStat(folder.file(name)).mode == 0o600, "\(name)")
    }
    #expect(folder.names.contains("drover.sqlite-wal"))
  }

  @Test func `puts each commit on disk before it returns`() async throws {
    let store = store()
    _ = try await store.load()
    let settings = try await store.withConnection { db in
      [
        try String.fetchOne(db, sql: "PRAGMA journal_mode"), try String.fetchOne(db, sql: "PRAGMA synchronous"),
      ]
    }
    #expect(settings == ["wal", "2"])
  }

  @Test(arguments: [
    Array("not a database, but longer than the header of one would be; 100 bytes are what SQLite looks at first".utf8),
    Array("SQLite format 3".utf8) + [UInt8](repeating: 0xA5, count: 8192),
  ])
  func `sets a file aside that is no database`(bytes: [UInt8]) async throws {
    try write(bytes)
    let store = store()
    #expect(try await store.load() == StoredFleet(wasRebuilt: true))
    #expect(try FileReader.read(path + ".corrupt-20261014T174640Z", maxBytes: 1 << 20) == bytes)
    try await store.commit([.putInstance(Sample.instance(1))])
    #expect(try await self.store().load() == StoredFleet(instances: [Sample.instance(1)]))
  }

  @Test func `sets a damaged database aside, and never overwrites an older one`() async throws {
    for _ in 0..<2 {
      try await committed(1)
      var bytes = try FileReader.read(path, maxBytes: 1 << 24)
      for index in 4096..<bytes.count { bytes[index] ^= 0x5A }
      unlink(path + "-wal")
      unlink(path + "-shm")
      try write(bytes)
      #expect(try await store().load() == StoredFleet(wasRebuilt: true))
    }
    #expect(folder.names.filter { $0.hasPrefix("drover.sqlite.corrupt-") && !$0.contains("-wal") }.count == 2)
  }

  @Test func `sets a database of another program aside, untouched`() async throws {
    let foreign = try DatabaseQueue(path: path)
    try await foreign.write { try $0.execute(sql: "CREATE TABLE songs (title TEXT)") }
    try foreign.close()
    let bytes = try FileReader.read(path, maxBytes: 1 << 20)
    #expect(try await store().load() == StoredFleet(wasRebuilt: true))
    let aside = try #require(folder.names.first { $0.contains("corrupt") })
    #expect(try FileReader.read(folder.file(aside), maxBytes: 1 << 20) == bytes)
  }

  @Test func `refuses a database of a newer version, and leaves it`() async throws {
    try await committed(1)
    let newer = try DatabaseQueue(path: path)
    try await newer.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('v999')") }
    try newer.close()
    await #expect(
      throws: StoreError.corrupt(
        "\(path) was written by a newer Drover; start that version, or use another state folder")
    ) { try await store().load() }
    #expect(folder.names.allSatisfy { !$0.contains("corrupt") })
  }

  @Test func `sets aside a database whose instance or registration is damaged`() async throws {
    try await committed(1)
    let store = store()
    _ = try await store.load()
    try await store.withConnection { try $0.execute(sql: "UPDATE registrations SET body = x'0102030405060708090a'") }
    #expect(try await self.store().load() == StoredFleet(wasRebuilt: true))
    #expect(folder.names.contains { $0.contains("corrupt") })
  }

  @Test func `leaves out a status that is damaged`() async throws {
    let identity = Identity(.model, "object-1")
    let store = store()
    _ = try await store.load()
    try await store.commit([.putInstance(Sample.instance(1)), .putStatus(Sample.status(identity, 1))])
    try await store.withConnection { try $0.execute(sql: "UPDATE statuses SET body = x'01'") }
    #expect(try await self.store().load() == StoredFleet(instances: [Sample.instance(1)]))
  }

  @Test func `a commit that finds the disk full leaves nothing, and the next one works`() async throws {
    try await committed(1)
    let store = store()
    let before = try await store.load()
    try await store.withConnection { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
    }
    let changes = (2..<400).map { StoreChange.putRegistration(Sample.registration($0)) }
    await #expect(throws: StoreError.unwritable("cannot write \(path): the disk is full; free some space")) {
      try await store.commit(changes)
    }
    #expect(try await self.store().load() == before)
    try await store.withConnection { _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = 100000") }
    try await store.commit(changes)
    #expect(try await self.store().load().registrations.count == 399)
  }

  @Test func `a commit that finds the disk read-only works once it is writable`() async throws {
    try await committed(1)
    let store = store()
    _ = try await store.load()
    try await store.withConnection { try $0.execute(sql: "PRAGMA query_only = 1") }
    await #expect(
      throws: StoreError.unwritable(
        "cannot write \(path): it is read-only; make the file and its folder writable")
    ) { try await store.commit([.putInstance(Sample.instance(5))]) }
    try await store.commit([.putInstance(Sample.instance(6))])
    #expect(try await self.store().load().instances.map(\.id) == ["instance-1", "instance-6"])
  }

  @Test func `says what is wrong with a folder that is missing`() async throws {
    let path = folder.file("none/drover.sqlite")
    let store = SQLiteFleetStore(path: path, now: { Sample.time(0) })
    await #expect(
      throws: StoreError.unwritable(
        "cannot open \(path): no such file or directory; look at the folder and its owner")
    ) { try await store.load() }
  }

  @Test func `a database that is removed or replaced is said to be gone, and works again when it is back`() async throws
  {
    try await committed(1)
    let store = store()
    _ = try await store.load()
    try await store.check()
    let gone = StoreError.unwritable(
      "\(path) was removed or replaced while droverd ran; put it back as it was, or end droverd with SIGINT, which ends "
        + "the models too, and start it anew")
    #expect(rename(path, path + ".away") == 0)
    await #expect(throws: gone) { try await store.check() }
    await #expect(throws: gone) { try await store.commit([.putInstance(Sample.instance(5))]) }
    try AtomicFile.write(path, [], mode: 0o600, durability: .none)
    await #expect(throws: gone) { try await store.commit([.putInstance(Sample.instance(6))]) }
    #expect(rename(path + ".away", path) == 0)
    try await store.check()
    try await store.commit([.putInstance(Sample.instance(7))])
    #expect(try await self.store().load().instances.map(\.id) == ["instance-1", "instance-7"])
  }

  @Test func `commits to the end in a task that was cancelled`() async throws {
    let store = store()
    _ = try await store.load()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await store.commit([.putInstance(Sample.instance(1))])
    }
    try await task.value
    #expect(try await self.store().load().instances == [Sample.instance(1)])
  }
}
