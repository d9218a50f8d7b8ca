import DroverCore
import Synchronization
import Testing

@testable import DroverDrivers

struct ModelListingTests {
  private final class Server: Sendable {
    private let state = Mutex((calls: 0, outcomes: [Result<[String], DriverError>]()))

    init(_ outcomes: Result<[String], DriverError>...) { state.withLock { $0.outcomes = outcomes } }

    var calls: Int { state.withLock { $0.calls } }

    func fetch() async throws(DriverError) -> [String] {
      let outcome = state.withLock { state in
        state.calls += 1
        return state.outcomes.count > 1 ? state.outcomes.removeFirst() : state.outcomes[0]
      }
      await Task.yield()
      return try outcome.get()
    }
  }

  private func result(
    _ listing: ModelListing, _ server: Server, age: Duration, at time: Int64
  ) async throws -> ListingResult.Outcome {
    try await listing.result(youngerThan: age, now: { Timestamp(milliseconds: time) }, fetch: server.fetch).outcome
  }

  @Test
  func `callers at the same time share one request`() async throws {
    let listing = ModelListing()
    let server = Server(.success(["b", "a", "b"]))
    try await withThrowingTaskGroup(of: ListingResult.Outcome.self) { group in
      for _ in 0..<200 { group.addTask { try await result(listing, server, age: .zero, at: 5) } }
      for try await outcome in group { #expect(outcome == .models(["a", "b"])) }
    }
    #expect(server.calls == 1)
  }

  @Test
  func `a listing serves for its age, and a failure too`() async throws {
    let listing = ModelListing()
    let server = Server(.failure(.failed("down")), .success(["a"]))
    #expect(try await result(listing, server, age: .seconds(1), at: 0) == .failure(.failed("down")))
    #expect(try await result(listing, server, age: .seconds(1), at: 999) == .failure(.failed("down")))
    #expect(server.calls == 1)
    #expect(try await result(listing, server, age: .seconds(1), at: 1000) == .models(["a"]))
    // A clock that was set back does not make a listing last.
    #expect(try await result(listing, server, age: .seconds(1), at: 10) == .models(["a"]))
    #expect(server.calls == 3)
  }

  @Test
  func `a caller that is cancelled leaves no answer behind`() async throws {
    let listing = ModelListing()
    let server = Server(.failure(.cancelled), .success(["a"]))
    let error = await #expect(throws: DriverError.self) {
      _ = try await result(listing, server, age: .seconds(1), at: 0)
    }
    #expect(error == .cancelled)
    #expect(try await result(listing, server, age: .seconds(1), at: 0) == .models(["a"]))
  }
}
