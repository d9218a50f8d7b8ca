import DroverSystem
import Glibc
import Testing

/// What the tests of real processes need: the built programs, the genuine engine, and the models made for the tests.
struct Equipment {
  var droverd: String
  var drover: String
  var engine: String
  var python: String
  /// Holds `tiny.gguf`, `tiny-b.gguf` and `tiny-embedding.gguf`.
  var models: String

  /// Fails where the environment does not name them.
  static func find() throws -> Equipment {
    let environment = try #require(ProcFS.environment(getpid()))
    let programs = try #require(
      environment["DROVER_TEST_BIN_DIR"],
      "DROVER_TEST_BIN_DIR must name the folder of droverd and drover; Tests/run.sh sets it")
    let equipment = Equipment(
      droverd: programs + "/droverd", drover: programs + "/drover",
      engine: try #require(
        environment["DROVER_TEST_LLAMA_SERVER"], "DROVER_TEST_LLAMA_SERVER must name a llama-server; run Tests/run.sh"),
      python: try #require(
        environment["DROVER_TEST_PYTHON"], "DROVER_TEST_PYTHON must name a Python 3; Tests/run.sh sets it"),
      models: try #require(
        environment["DROVER_TEST_MODELS"], "DROVER_TEST_MODELS must name the folder of tiny.gguf; run Tests/run.sh"))
    for path in [equipment.droverd, equipment.drover, equipment.engine, equipment.models + "/tiny.gguf"] {
      try #require(access(path, R_OK) == 0, "there is no \(path); run Tests/run.sh")
    }
    return equipment
  }

  /// The program that makes up requests to the control API; nil: there is none here. Tests/run.sh installs it.
  static var schemathesis: String? {
    ProcFS.environment(getpid())?["DROVER_TEST_SCHEMATHESIS"].flatMap { access($0, X_OK) == 0 ? $0 : nil }
  }

  /// Whether the engine has its llama-quantize beside it.
  static var hasQuantizer: Bool {
    guard let engine = ProcFS.environment(getpid())?["DROVER_TEST_LLAMA_SERVER"], let slash = engine.lastIndex(of: "/")
    else { return false }
    return access(engine[..<slash] + "/llama-quantize", X_OK) == 0
  }

  /// Whether the tests that take minutes are wanted too.
  static var isSoaking: Bool { ProcFS.environment(getpid())?["DROVER_SOAK"] == "1" }
}
