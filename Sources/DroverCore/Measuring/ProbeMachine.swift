/// Finds out what a model can do by trying. Pure: it names the next request and judges the answers.
package struct ProbeMachine: Sendable {
  private enum Question: CaseIterable { case chat, completion, streaming, embedding, tool, json, image }

  private var pending = Question.allCases[...]
  private var has: Set<Capability> = []
  private var lacks: Set<Capability> = []
  /// How it makes text; nil before that is known, and where it makes none.
  private var form: Trial.Form?

  package init() {}

  /// What the answers so far say. On what could not be told it is silent.
  package var evidence: CapabilityEvidence { CapabilityEvidence(has: has, lacks: lacks) }

  /// The request to send now; nil when everything was asked.
  package var next: Trial? {
    pending.first.map { question in
      switch question {
      case .chat: Trial(.chat, prompt: "Hi", maxTokens: 1)
      case .completion: Trial(.completion, prompt: "Hi", maxTokens: 1)
      case .streaming: Trial(form ?? .chat, prompt: "Hi", maxTokens: 4, isStreamed: true)
      case .embedding: Trial(.embedding, prompt: "Hi", maxTokens: 1)
      case .tool: Trial(.chat, prompt: "What time is it in Oslo? Use the tool.", maxTokens: 64, extra: .tool)
      case .json: Trial(.chat, prompt: "Answer in JSON: {\"ok\": true}", maxTokens: 32, extra: .json)
      case .image: Trial(.chat, prompt: "Name the colour.", maxTokens: 1, extra: .image)
      }
    }
  }

  /// Takes the outcome of ``next``.
  package mutating func take(_ outcome: TrialOutcome) {
    guard let question = pending.popFirst() else { return }
    var reply: TrialReply?
    if case .answered(let answer) = outcome { reply = answer }
    switch question {
    case .chat:
      note(.chatCompletion, reply != nil)
      if reply != nil {
        note(.textGeneration, true)
        form = .chat
        // Whoever chats makes text: nothing is left to find out by a completion.
        pending.removeAll { $0 == .completion }
      }
    case .completion:
      note(.textGeneration, reply != nil)
      if reply != nil { form = .completion } else { makesNoText() }
      pending.removeAll { [.tool, .json, .image].contains($0) }
    case .streaming: note(.streaming, reply.map { $0.isFinished && $0.failure == nil } ?? false)
    case .embedding: note(.embeddings, (reply?.dimensions ?? 0) > 0)
    case .tool: judge(.functionCalling, reply) { $0.hasToolCall }
    case .json: judge(.jsonMode, reply) { Self.isObject($0.text) }
    case .image: note(.vision, reply != nil)
    }
  }

  /// Takes an error in place of the outcome of ``next``. False where there is no use in going on: nobody answers, or not
  /// to us. A server that fails over a tool, JSON or a picture says nothing of the rest.
  package mutating func absorb(_ error: DriverError) -> Bool {
    guard case .failed = error, let question = pending.first, [.tool, .json, .image].contains(question) else {
      return false
    }
    pending.removeFirst()
    return true
  }

  private mutating func note(_ capability: Capability, _ verdict: Bool) {
    if verdict { has.insert(capability) } else { lacks.insert(capability) }
  }

  /// An answer that had to stop too early says nothing.
  private mutating func judge(_ capability: Capability, _ reply: TrialReply?, _ isMet: (TrialReply) -> Bool) {
    guard let reply else { return note(capability, false) }
    if isMet(reply) { note(capability, true) } else if !reply.isCut { note(capability, false) }
  }

  private mutating func makesNoText() {
    for capability in [Capability.streaming, .functionCalling, .jsonMode, .vision] { note(capability, false) }
    pending.removeAll { $0 == .streaming }
  }

  private static func isObject(_ text: String) -> Bool {
    do throws(JSONReader.Failure) { return try JSONReader.read(text).map != nil } catch { return false }
  }
}
