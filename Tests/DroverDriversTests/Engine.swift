import DroverSystem
import Glibc
import Testing

/// The genuine engine and the models made for the tests.
struct Engine {
  var path: String
  /// Holds `tiny.gguf` and `tiny-embedding.gguf`.
  var models: String

  /// Fails where the environment does not name them.
  static func genuine() throws -> Engine {
    let environment = try #require(ProcFS.environment(getpid()))
    return Engine(
      path: try #require(environment["DROVER_TEST_LLAMA_SERVER"], "run Tests/run.sh, which brings the engine"),
      models: try #require(environment["DROVER_TEST_MODELS"], "run Tests/run.sh, which makes the models"))
  }
}
