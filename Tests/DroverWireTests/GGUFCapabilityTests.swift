import DroverCore
import Testing

@testable import DroverWire

/// S9.2.1: what a file says of the capabilities of its model.
struct GGUFCapabilityTests {
  private func metadata(_ change: (inout GGUFBuilder) -> Void) throws -> GGUFMetadata {
    var builder = GGUFBuilder()
    builder.add("general.architecture", "llama")
    builder.add("llama.context_length", 2048)
    change(&builder)
    return try GGUFMetadata.read(from: GGUFBytes(builder.header))
  }

  private let text: [Capability] = [.textGeneration, .streaming, .jsonMode]

  @Test func `a chat template makes it chat, and tools in it make it call them`() throws {
    let plain = try metadata { $0.add("tokenizer.chat_template", "{{ messages }}") }
    #expect(
      plain.capabilities(servesEmbeddings: false)
        == CapabilityEvidence(
          has: Set(text + [.chatCompletion]), lacks: [.functionCalling, .embeddings, .vision]))
    for template in ["{% if tools %}", "<tool_call>"] {
      let tools = try metadata { $0.add("tokenizer.chat_template", template) }
      #expect(tools.capabilities(servesEmbeddings: false).verdict(on: .functionCalling) == true)
    }
    let named = try metadata { builder in
      builder.add("tokenizer.chat_template", "{{ messages }}")
      builder.add("tokenizer.chat_template.tool_use", "{{ messages }}")
    }
    #expect(named.capabilities(servesEmbeddings: false).verdict(on: .functionCalling) == true)
  }

  @Test func `without a template it only completes, unless a flag gives it one`() throws {
    let base = try metadata { _ in }
    #expect(base.capabilities(servesEmbeddings: false).has == text)
    let given = base.capabilities(servesEmbeddings: false, flags: ["--chat-template=chatml"])
    #expect(given.verdict(on: .chatCompletion) == true)
    #expect(given.verdict(on: .functionCalling) == nil)
  }

  @Test func `a pooling type makes an embedding model of it, which serves when it is started for that`() throws {
    let embedding = try metadata { $0.add("llama.pooling_type", UInt32(1)) }
    #expect(embedding.capabilities(servesEmbeddings: true).has == [.embeddings])
    #expect(embedding.capabilities(servesEmbeddings: true).verdict(on: .chatCompletion) == false)
    #expect(embedding.capabilities(servesEmbeddings: false).has == [])
    let none = try metadata { $0.add("llama.pooling_type", UInt32(0)) }
    #expect(none.capabilities(servesEmbeddings: false).has == text)
    let encoder = try metadata { $0.add("llama.attention.causal", false) }
    #expect(encoder.capabilities(servesEmbeddings: false).has == [])
  }

  @Test func `a projector beside it makes it see`() throws {
    let model = try metadata { _ in }
    #expect(model.capabilities(servesEmbeddings: false).verdict(on: .vision) == false)
    for flag in ["--mmproj=mmproj.gguf", "-mm mmproj.gguf"] {
      #expect(model.capabilities(servesEmbeddings: false, flags: [flag]).verdict(on: .vision) == true)
    }
    #expect(try metadata { $0.add("clip.has_vision_encoder", true) }.hasVisionEncoder)
  }
}
