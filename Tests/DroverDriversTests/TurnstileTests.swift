import Synchronization
import Testing

@testable import DroverDrivers

struct TurnstileTests {
  private final class Inside: Sendable {
    private let counts = Mutex((now: 0, most: 0, all: 0))

    var most: Int { counts.withLock { $0.most } }
    var all: Int { counts.withLock { $0.all } }

    func enter() {
      counts.withLock { counts in
        counts.now += 1
        counts.all += 1
        counts.most = max(counts.most, counts.now)
      }
    }

    func leave() { counts.withLock { $0.now -= 1 } }
  }

  @Test
  func `lets a few through at a time, and all in the end`() async {
    let turnstile = Turnstile(width: 3)
    let inside = Inside()
    await withDiscardingTaskGroup { group in
      for _ in 0..<100 {
        group.addTask {
          await turnstile.pass {
            inside.enter()
            await Task.yield()
            inside.leave()
          }
        }
      }
    }
    #expect(inside.most <= 3)
    #expect(inside.all == 100)
  }

  @Test
  func `a caller that is cancelled while it waits leaves its place to others`() async {
    let turnstile = Turnstile(width: 1)
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let (entrance, enter) = AsyncStream.makeStream(of: Void.self)
    await withTaskGroup(of: Int?.self) { group in
      group.addTask {
        await turnstile.pass {
          enter.finish()
          for await _ in gate {}
          return 1
        }
      }
      for await _ in entrance {}
      await withTaskGroup(of: Int?.self) { waiting in
        waiting.addTask { await turnstile.pass { 2 } }
        waiting.cancelAll()
        #expect(await waiting.next() == .some(nil))
      }
      open.finish()
      #expect(await group.next() == .some(1))
    }
    #expect(await turnstile.pass { 3 } == 3)
  }
}
