import DroverCore
import DroverSystem
import Glibc
import Testing

extension EndToEnd {
  @Suite struct Quantization {
    /// A stand-in for llama-quantize that prints as the genuine one does, waits for a file `go`, and copies.
    private func station() throws -> Station {
      let station = try Station()
      try station.put(
        "tools/llama-quantize",
        """
        #!/bin/sh
        echo "[   1/   4] token_embd.weight - [64, 273, 1, 1], type = f32, converting to q8_0 .. size = 0.07 MiB"
        while [ ! -e "\(station.folder)/go" ]; do sleep 0.05; done
        cp "$1" "$2"

        """, mode: 0o755)
      try station.put(
        "host.yaml",
        """
        apiVersion: drover.dev/v1alpha1
        kind: HostPolicy
        runtimes: {llama-server: {path: \(station.equipment.engine), quantize: \(station.folder)/tools/llama-quantize}}
        modelDirectories: [models, \(station.equipment.models)]

        """, mode: 0o600)
      try station.edit("local.yaml", station.provider())
      try station.edit("a.yaml", station.model("a"))
      try station.edit(
        "q.yaml", station.model("q", file: "tiny-b.gguf").replacing("embedding:", with: "quantize: Q8_0, embedding:"))
      return station
    }

    @Test func `a copy is made beside everything else, and a killed droverd leaves no tool behind`() async throws {
      let station = try station()
      try station.start()
      // Another model is loaded meanwhile.
      try await station.until {
        station.message("model/q", "Reconciling").contains("Quantising tiny-b.gguf to Q8_0: 25 %")
          && station.isReady("model/a") && station.engines.count == 2
      }
      #expect(station.condition("model/q") == "Unknown Progressing")
      let tool = station.engines.filter { $0 != station.pid("a") }
      try await station.end(SIGKILL)
      try station.start()
      try await station.until {
        !station.engines.contains { tool.contains($0) } && station.engines.count == 2
          && station.message("model/q", "Reconciling").contains("25 %")
      }
      try station.put("go", "")
      try await station.until {
        station.isReady("model/q") && station.pid("q") != nil
          && station.engines == [station.pid("a"), station.pid("q")].compactMap { $0 }.sorted()
      }
      let pid = try #require(station.pid("q"))
      let words = String(decoding: try FileReader.read("/proc/\(pid)/cmdline", maxBytes: 1 << 16), as: UTF8.self)
      #expect(words.contains("/state/quantized/") && words.contains("-Q8_0-"))
      #expect(try station.chat("q") == 200)
      let names = try Directory.list(station.state + "/quantized").map(\.name)
      #expect(names.count == 1 && names[0].hasSuffix(".gguf"), "\(names)")
      let events = station.events.compactMap { $0["type"]?.string }
      #expect(events.contains("model-quantizing") && events.contains("model-quantized"))
    }

    /// Where the engine was built by Tests/engine, llama-quantize lies beside it.
    @Test(.enabled(if: Equipment.hasQuantizer, "there is no llama-quantize beside the llama-server"))
    func `S20.1.6 the genuine tool makes a copy, which the genuine engine serves`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      try station.edit(
        "q.yaml", station.model("q", file: "tiny.gguf").replacing("embedding:", with: "quantize: Q4_0, embedding:"))
      try station.start()
      try await station.until { station.isReady("model/q") && station.pid("q") != nil && station.engines.count == 1 }
      #expect(try station.chat("q") == 200)
      let copy = try #require(try Directory.list(station.state + "/quantized").first?.name)
      #expect(copy.contains("-Q4_0-"))
      let made = try FileStat(station.state + "/quantized/" + copy)
      #expect(made.size < (try FileStat(station.equipment.models + "/tiny.gguf")).size)
      // The next droverd neither makes it anew nor loads it anew.
      let pid = station.pid("q")
      try await station.end(SIGTERM)
      try station.start()
      try await station.until { station.isReady("model/q") && station.pid("q") == pid }
      #expect(try FileStat(station.state + "/quantized/" + copy).inode == made.inode)
      try await station.end(SIGINT)
    }
  }
}
