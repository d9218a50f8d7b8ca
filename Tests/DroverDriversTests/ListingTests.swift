import DroverCore
import Testing

@testable import DroverDrivers

struct ListingTests {
  private func body(_ ids: [String]) -> [UInt8] { Array(ids.joined(separator: ",").utf8) }

  private func models(_ bodies: [[UInt8]]) -> [ListedModel] {
    String(decoding: bodies[0], as: UTF8.self).split(separator: ",").map { ListedModel(id: String($0)) }
  }

  @Test
  func `bodies that did not change are not read again`() throws {
    var reads = 0
    func read(_ text: String, _ previous: Listing?) throws -> Listing {
      let listing = Listing.read([Array(text.utf8)], previous: previous) { bodies in
        reads += 1
        return models(bodies)
      }
      return try #require(listing)
    }
    let first = try read("a,b", nil)
    let second = try read("a,b", first)
    #expect(second == first)
    #expect(reads == 1)
    let third = try read("a,c", second)
    #expect(third.models.map(\.id) == ["a", "c"])
    #expect(reads == 2)
  }

  @Test
  func `what cannot be read is no listing`() {
    #expect(Listing.read([[]], previous: nil) { _ in nil } == nil)
  }

  @Test
  func `what is in memory is written into the entries`() {
    let local = ListedModel(id: "a")
    let remote = ListedModel(id: "b", isRemote: true)
    #expect(Residency.untold.marked([local, remote]).map(\.isLoaded) == [nil, nil])
    #expect(Residency.all(true).marked([local, remote]).map(\.isLoaded) == [true, nil])
    #expect(Residency.some(["b": .init()]).marked([local, remote]).map(\.isLoaded) == [false, nil])
  }

  @Test
  func `figures that waver make no new entries`() {
    let memory = ServerMemory()
    let listing = Listing(models: [ListedModel(id: "a"), ListedModel(id: "b")])
    let first = memory.show(listing, .some(["a": .init(memory: ByteCount(1))]))
    let second = memory.show(listing, .some(["a": .init(memory: ByteCount(2))]))
    #expect(first.map(\.isLoaded) == [true, false])
    #expect(
      first.withUnsafeBufferPointer { $0.baseAddress } == second.withUnsafeBufferPointer { $0.baseAddress })
    #expect(memory.show(listing, .some([:])).map(\.isLoaded) == [false, false])
  }
}
