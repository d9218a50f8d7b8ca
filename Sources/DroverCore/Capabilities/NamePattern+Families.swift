extension NamePattern {
  private static let chat: Set<Capability> = [.textGeneration, .chatCompletion, .streaming]
  private static let everythingText = chat.union([.functionCalling, .jsonMode, .vision])

  /// The well-known families, the most particular first.
  static let families: [Family] = [
    // What makes no text at all.
    Family(
      names: [
        .word("whisper"), .word("tts"), .wordStart("dall-e"), .wordStart("gpt-image"), .start("sora"),
        .wordStart("moderation"), .wordStart("transcribe"), .wordStart("rerank"), .wordStart("reranker"),
      ], lacks: Set(Capability.allCases)),
    Family(
      names: [
        .wordStart("text-embedding"), .wordStart("embed"), .wordStart("embedding"), .wordStart("bge-"),
        .wordStart("gte-"), .word("e5"), .wordStart("nomic-embed"), .wordStart("mxbai"), .wordStart("all-minilm"),
      ], has: [.embeddings], lacks: Set(Capability.allCases).subtracting([.embeddings])),

    // Of OpenAI.
    Family(
      names: [.start("davinci-002"), .start("babbage-002"), .wordStart("gpt-3.5-turbo-instruct")],
      has: [.textGeneration, .streaming], lacks: [.chatCompletion, .functionCalling, .vision, .jsonMode]),
    Family(
      names: [.wordStart("gpt-4-turbo-preview"), .wordStart("gpt-4-0125"), .wordStart("gpt-4-1106")],
      has: chat.union([.functionCalling, .jsonMode]), lacks: [.vision]),
    Family(
      names: [.wordStart("gpt-4o"), .wordStart("gpt-4.1"), .wordStart("gpt-4-turbo"), .wordStart("gpt-5")],
      except: [.wordStart("realtime"), .wordStart("audio")], has: everythingText),
    Family(names: [.word("o1-mini"), .word("o1-preview")], has: chat, lacks: [.functionCalling, .vision, .jsonMode]),
    Family(names: [.word("o3-mini")], has: chat.union([.functionCalling, .jsonMode]), lacks: [.vision]),
    Family(names: [.startWord("o1"), .startWord("o3"), .startWord("o4")], has: everythingText),
    Family(
      names: [.wordStart("gpt-4-32k"), .wordStart("gpt-4-0"), .word("gpt-4")], has: chat.union([.functionCalling])),
    Family(names: [.wordStart("gpt-3.5-turbo")], has: chat.union([.functionCalling, .jsonMode])),
    Family(names: [.wordStart("gpt-oss")], has: chat.union([.functionCalling, .jsonMode]), lacks: [.vision]),

    // Of Anthropic and Google.
    Family(
      names: [.wordStart("claude-2"), .wordStart("claude-instant")], has: chat, lacks: [.functionCalling, .vision]),
    Family(names: [.wordStart("claude-")], has: chat.union([.functionCalling, .vision])),
    Family(names: [.wordStart("gemini")], has: everythingText),

    // Open models that see.
    Family(
      names: [
        .wordStart("llava"), .wordStart("bakllava"), .word("vl"), .word("vision"), .wordStart("pixtral"),
        .wordStart("minicpm-v"), .wordStart("moondream"), .wordStart("internvl"), .wordStart("smolvlm"),
        .word("omni"), .wordStart("qwen2-vl"), .wordStart("llama-4"), .wordStart("llama4"),
      ], has: chat.union([.vision])),
    Family(
      names: [.wordStart("gemma-3"), .wordStart("gemma3")],
      except: [.word("270m"), .word("1b"), .wordStart("gemma-3n")], has: [.vision]),

    // Open models that call tools.
    Family(
      names: [
        .wordStart("llama-3.1"), .wordStart("llama-3.2"), .wordStart("llama-3.3"), .wordStart("llama-4"),
        .wordStart("llama3.1"), .wordStart("llama3.2"), .wordStart("llama3.3"), .wordStart("llama4"),
        .wordStart("qwen2.5"), .wordStart("qwen3"), .wordStart("mistral-nemo"), .wordStart("mistral-large"),
        .wordStart("mistral-small"), .wordStart("mixtral"), .wordStart("ministral"), .wordStart("command-r"),
        .wordStart("hermes"), .wordStart("functionary"), .wordStart("firefunction"), .wordStart("granite-3"),
        .wordStart("granite-4"), .wordStart("deepseek-v3"), .wordStart("kimi"), .wordStart("glm-4"),
      ], except: [.word("base")], has: [.functionCalling]),

    // Those that were made to converse, and those that were not.
    Family(names: [.word("base")], has: [.textGeneration, .streaming], lacks: [.chatCompletion, .functionCalling]),
    Family(
      names: [
        .wordStart("instruct"), .word("chat"), .word("it"), .wordStart("assistant"), .wordStart("hermes"),
        .wordStart("vicuna"), .wordStart("zephyr"), .wordStart("openchat"), .wordStart("command-r"),
        .wordStart("mistral-nemo"), .wordStart("mistral-large"), .wordStart("mistral-small"),
      ], has: chat),
    Family(
      names: [
        .wordStart("llama"), .wordStart("mistral"), .wordStart("mixtral"), .wordStart("qwen"), .wordStart("gemma"),
        .wordStart("phi"), .wordStart("deepseek"), .wordStart("falcon"), .wordStart("granite"), .wordStart("smollm"),
        .wordStart("tinyllama"), .wordStart("starcoder"), .wordStart("codellama"), .wordStart("yi-"),
      ], has: [.textGeneration, .streaming]),
  ]
}
