import DroverCore
import Testing

/// S9.2.1: what trying a model says of its capabilities.
@Suite struct ProbeMachineTests {
  /// Answers each request by `answer`; the forms and extras that were asked for, and the verdict.
  private func probe(_ answer: (Trial) -> TrialOutcome) -> (asked: [Trial], evidence: CapabilityEvidence) {
    var machine = ProbeMachine()
    var asked: [Trial] = []
    while let trial = machine.next, asked.count < 20 {
      asked.append(trial)
      machine.take(answer(trial))
    }
    return (asked, machine.evidence)
  }

  private func reply(_ text: String = "Hi", _ change: (inout TrialReply) -> Void = { _ in }) -> TrialOutcome {
    var reply = TrialReply()
    reply.text = text
    reply.isFinished = true
    change(&reply)
    return .answered(reply)
  }

  @Test func `a model that can do everything is asked once for each, by chat`() {
    let (asked, evidence) = probe { trial in
      switch trial.extra {
      case .tool: reply { $0.hasToolCall = true }
      case .json: reply(#" {"ok": true} "#)
      default: reply { if trial.form == .embedding { $0.dimensions = 3 } }
      }
    }
    #expect(evidence == CapabilityEvidence(has: Set(Capability.allCases)))
    #expect(asked.map(\.form) == [.chat, .chat, .embedding, .chat, .chat, .chat])
    #expect(asked.map(\.isStreamed) == [false, true, false, false, false, false])
    #expect(asked.map(\.extra) == [nil, nil, nil, .tool, .json, .image])
    // Every one of them is small: they may cost something.
    #expect(asked.allSatisfy { $0.maxTokens <= 64 })
  }

  @Test func `a model that only completes`() {
    let (asked, evidence) = probe { $0.form == .completion ? reply() : .refused("no") }
    #expect(asked.map(\.form) == [.chat, .completion, .completion, .embedding])
    #expect(evidence.has == [.textGeneration, .streaming])
    #expect(evidence.lacks == [.chatCompletion, .embeddings])
  }

  @Test func `a model that only embeds`() {
    let (asked, evidence) = probe { trial in
      trial.form == .embedding ? reply { $0.dimensions = 4 } : .refused("no")
    }
    #expect(asked.map(\.form) == [.chat, .completion, .embedding])
    #expect(evidence.has == [.embeddings])
    #expect(evidence.lacks == Capability.allCases.filter { $0 != .embeddings })
  }

  @Test func `an answer that was cut says nothing, and a whole one that misses the point says no`() {
    let cut = probe { _ in reply { $0.isCut = true } }.evidence
    #expect(cut.verdict(on: .functionCalling) == nil && cut.verdict(on: .jsonMode) == nil)
    let whole = probe { _ in reply("[1]") }.evidence
    #expect(whole.verdict(on: .functionCalling) == false && whole.verdict(on: .jsonMode) == false)
  }

  @Test func `a stream that breaks off is none`() {
    #expect(probe { _ in reply { $0.isFinished = false } }.evidence.verdict(on: .streaming) == false)
    #expect(probe { _ in reply { $0.failure = "gone" } }.evidence.verdict(on: .streaming) == false)
  }

  @Test func `a server that fails over a tool says nothing of it, and one that fails altogether ends the probe`() {
    var machine = ProbeMachine()
    var lost = ProbeMachine()
    let goesOn = lost.absorb(.failed("out of order"))
    #expect(!goesOn && lost.next?.form == .chat)
    while let trial = machine.next {
      if trial.extra == .tool {
        let absorbed = [machine.absorb(.unauthorized("no")), machine.absorb(.failed("the output does not match"))]
        #expect(absorbed == [false, true])
      } else {
        machine.take(reply("{}"))
      }
    }
    #expect(machine.evidence.verdict(on: .functionCalling) == nil && machine.evidence.verdict(on: .jsonMode) == true)
  }
}
