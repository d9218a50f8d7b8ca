import DroverCLI
import DroverCore
import Testing

/// Commands that outlive a restart of droverd.
@Suite struct FollowingTests {
  private let note = "droverd at state/droverd.sock went away; waiting for it to come back\n"

  /// Ended at the next question, away for two pauses, and then started again with its objects unread for one more.
  private func restart(_ fleet: FakeFleet, then change: @escaping (FakeFleet) -> Void) {
    let (objects, problems) = (fleet.objects, fleet.problems)
    fleet.script = [{ $0.isAway = true }]
    fleet.absence = [
      { _ in },
      { fleet in
        fleet.isAway = false
        fleet.version = 1
        fleet.forget()
      },
      { fleet in
        fleet.objects = objects
        fleet.problems = problems
        change(fleet)
      },
    ]
  }

  @Test func `a wait goes on when droverd is back`() async throws {
    let session = try Session()
    restart(session.fleet) { $0.setReady("mistral-7b", "True", "Loaded") }
    #expect(await session.run("wait", "model/mistral-7b", "--timeout", "10m") == 0, "\(session.errors)")
    #expect(session.output == "model/mistral-7b condition met\n")
    #expect(session.errors == note)
  }

  @Test func `while the manifests are unread again nothing counts as removed`() async throws {
    let session = try Session()
    restart(session.fleet) { fleet in
      fleet.script = [{ fleet in fleet.objects.removeAll { FleetObject($0).name == "qwen3-14b" } }]
    }
    #expect(await session.run("wait", "model/qwen3-14b", "--for=delete", "--timeout", "10m") == 0)
    #expect(session.fleet.script.isEmpty)
  }

  @Test func `a wait ends at its timeout though droverd stays away`() async throws {
    let session = try Session()
    session.fleet.script = [{ $0.isAway = true }]
    #expect(await session.run("wait", "model/mistral-7b", "--timeout", "10s") == 1)
    #expect(session.errors.hasPrefix(note + "error: cannot reach droverd"), "\(session.errors)")
    #expect(session.clock.uptime == .seconds(10))
  }

  @Test func `nothing waits for a droverd that was never there`() async throws {
    let session = try Session()
    session.fleet.isAway = true
    #expect(await session.run("wait", "model/mistral-7b") == 1)
    #expect(await session.run("get", "models", "-w") == 1)
    #expect(session.clock.uptime == .zero)
  }

  @Test func `a watch goes on, and prints what changed meanwhile once`() async throws {
    let session = try Session()
    restart(session.fleet) { fleet in
      fleet.setReady("mistral-7b", "True", "Loaded")
      fleet.script = [{ $0.stopped = true }]
    }
    #expect(await session.run("get", "models", "-w", "--no-headers") == 1)
    let lines = session.output.split(separator: "\n").map { $0.split(separator: " ").first.map(String.init) ?? "" }
    #expect(lines == ["llama-3-8b", "mistral-7b", "nomic-embed", "qwen3-14b", "mistral-7b"])
    #expect(session.errors.hasPrefix(note + "error: "), "\(session.errors)")
  }

  @Test func `events are followed over a restart`() async throws {
    let session = try Session()
    let more = FieldValue.object([
      "time": .string("2026-11-20T09:12:00Z"), "severity": .string("Normal"), "reason": .string("Loaded"),
      "object": .string("model/nomic-embed"), "message": .string("back"), "actor": .string("controller"),
    ])
    restart(session.fleet) { fleet in
      fleet.events.append(more)
      fleet.script = [{ $0.stopped = true }]
    }
    await session.run("events", "-w", "--no-headers")
    #expect(session.output.hasSuffix("model/nomic-embed   back\n"), "\(session.output)")
  }
}
