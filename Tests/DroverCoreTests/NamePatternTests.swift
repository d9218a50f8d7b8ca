import DroverCore
import Testing

/// S9.2.1, S2.2.1, S2.2.2, S2.2.3: what the names of models say.
struct NamePatternTests {
  private static let text = "text_generation streaming"
  private static let chat = "text_generation chat_completion streaming"

  static let names: [(String, String)] = [
    // What makes no text.
    ("whisper-large-v3", ""), ("tts-1-hd", ""), ("dall-e-3", ""), ("gpt-image-1", ""), ("gpt-4o-transcribe", ""),
    ("omni-moderation-latest", ""), ("bge-reranker-v2-m3", ""), ("qwen3-reranker-0.6b", ""),
    ("text-embedding-3-large", "embeddings"), ("nomic-embed-text:latest", "embeddings"),
    ("mxbai-embed-large", "embeddings"), ("BAAI/bge-m3", "embeddings"),
    ("multilingual-e5-large-instruct", "embeddings"),
    ("all-MiniLM-L6-v2", "embeddings"), ("qwen3-embedding-0.6b", "embeddings"), ("tiny-embedding", "embeddings"),

    // OpenAI.
    ("gpt-4-turbo-preview", "\(chat) function_calling json_mode"),
    ("gpt-4-turbo", "\(chat) function_calling json_mode vision"), ("gpt-4", "\(chat) function_calling"),
    ("gpt-4-0613", "\(chat) function_calling"), ("gpt-4o-mini", "\(chat) function_calling json_mode vision"),
    ("openai/gpt-4.1", "\(chat) function_calling json_mode vision"),
    ("gpt-5.4-mini", "\(chat) function_calling json_mode vision"),
    ("gpt-3.5-turbo-0125", "\(chat) function_calling json_mode"), ("gpt-3.5-turbo-instruct", text),
    ("davinci-002", text), ("o1-mini", chat), ("o1", "\(chat) function_calling json_mode vision"),
    ("o3-mini", "\(chat) function_calling json_mode"), ("o4-mini", "\(chat) function_calling json_mode vision"),
    ("gpt-oss-20b", "\(chat) function_calling json_mode"),

    // Anthropic and Google.
    ("claude-3-opus-20240229", "\(chat) function_calling vision"),
    ("claude-haiku-4-5", "\(chat) function_calling vision"), ("claude-2.1", chat), ("claude-instant-1.2", chat),
    ("gemini-2.5-flash", "\(chat) function_calling json_mode vision"),

    // Open models.
    ("llama-3.1-8b-instruct", "\(chat) function_calling"), ("Meta-Llama-3-8B-Instruct", chat),
    ("llama-3.1-8b", "\(text) function_calling"),
    ("meta-llama/Llama-3.2-11B-Vision-Instruct", "\(chat) function_calling vision"),
    ("Llama-4-Scout-17B-16E", "\(chat) function_calling vision"), ("llama-2-7b-chat", chat),
    ("llava:13b", "\(chat) vision"),
    ("Qwen2.5-VL-7B-Instruct", "\(chat) function_calling vision"), ("qwen3-14b", "\(text) function_calling"),
    ("qwen3-8b-base", text), ("gemma-3-12b-it", "\(chat) vision"), ("gemma-3-1b-it", chat), ("gemma-2-9b-it", chat),
    ("mistral-nemo-12b", "\(chat) function_calling"), ("mistral-7b", text), ("minicpm-v-2.6", "\(chat) vision"),
    ("phi-4", text), ("deepseek-chat", chat), ("hermes-3-llama-3.1-8b", "\(chat) function_calling"),

    // What nobody knows.
    ("alpha", ""), ("", ""), ("bit-net", ""), ("invisible", ""), ("my-model", ""), ("o12", ""), ("fitness-gpt", ""),
  ]

  @Test(arguments: names)
  func `families are known by their names`(name: String, expected: String) {
    let found = CapabilityDetection.detect(name: name)
    #expect(found.allSatisfy { $0.source == .namePattern })
    #expect(Set(found.map(\.name.rawValue)) == Set(expected.split(separator: " ").map(String.init)), "\(name)")
  }
}
