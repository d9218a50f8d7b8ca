import DroverCore
import Synchronization
import Testing

@testable import DroverDrivers

struct SharedAnswerTests {
  private typealias Outcome = Result<[String], DriverError>

  private final class Server: Sendable {
    private let state = Mutex((calls: 0, outcomes: [Outcome](), previous: [[String]?]()))

    init(_ outcomes: Outcome...) { state.withLock { $0.outcomes = outcomes } }

    var calls: Int { state.withLock { $0.calls } }
    /// What each call was given as the answer before.
    var previous: [[String]?] { state.withLock { $0.previous } }

    func ask(_ previous: [String]?) async throws(DriverError) -> [String] {
      let outcome = state.withLock { state in
        state.calls += 1
        state.previous.append(previous)
        return state.outcomes.count > 1 ? state.outcomes.removeFirst() : state.outcomes[0]
      }
      await Task.yield()
      return try outcome.get()
    }
  }

  private func result(
    _ shared: SharedAnswer<[String]>, _ server: Server, age: Duration, at time: Int64
  ) async throws -> Outcome {
    try await shared.result(youngerThan: age, now: { Timestamp(milliseconds: time) }, ask: server.ask).outcome
  }

  @Test
  func `callers at the same time share one request`() async throws {
    let shared = SharedAnswer<[String]>()
    let server = Server(.success(["a"]))
    try await withThrowingTaskGroup(of: Outcome.self) { group in
      for _ in 0..<200 { group.addTask { try await result(shared, server, age: .zero, at: 5) } }
      for try await outcome in group { #expect(outcome == .success(["a"])) }
    }
    #expect(server.calls == 1)
  }

  @Test
  func `an answer serves for its age, and a failure too`() async throws {
    let shared = SharedAnswer<[String]>()
    let server = Server(.failure(.failed("down")), .success(["a"]))
    #expect(try await result(shared, server, age: .seconds(1), at: 0) == .failure(.failed("down")))
    #expect(try await result(shared, server, age: .seconds(1), at: 999) == .failure(.failed("down")))
    #expect(server.calls == 1)
    #expect(try await result(shared, server, age: .seconds(1), at: 1000) == .success(["a"]))
    // A clock that was set back does not make an answer last.
    #expect(try await result(shared, server, age: .seconds(1), at: 10) == .success(["a"]))
    #expect(server.calls == 3)
  }

  @Test
  func `each question is given the last answer, whatever went wrong since`() async throws {
    let shared = SharedAnswer<[String]>()
    let server = Server(.success(["a"]), .failure(.failed("down")), .success(["b"]))
    for time in [0, 1000, 2000] as [Int64] { _ = try await result(shared, server, age: .seconds(1), at: time) }
    #expect(server.previous == [nil, ["a"], ["a"]])
  }

  @Test
  func `a caller that is cancelled leaves no answer behind`() async throws {
    let shared = SharedAnswer<[String]>()
    let server = Server(.failure(.cancelled), .success(["a"]))
    let error = await #expect(throws: DriverError.self) {
      _ = try await result(shared, server, age: .seconds(1), at: 0)
    }
    #expect(error == .cancelled)
    #expect(try await result(shared, server, age: .seconds(1), at: 0) == .success(["a"]))
  }
}
