import DroverYAML
import Foundation
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: 0..<8 as Range<UInt64>)
  func `what is written is read back equal`(seed: UInt64) throws {
    var values = RandomValues(seed: seed)
    for _ in 0..<250 {
      let value = values.tree()
      let text = YAMLEmitter.emit(value)
      let result = YAMLParser.parse(text)
      #expect(result.errors == [], "\(text)")
      #expect((result.documents.first?.root?.value ?? .null) == value, "\(text)")
    }
  }

  @Test func `documents written one after the other are read back equal`() throws {
    var values = RandomValues(seed: 77)
    let written = (0..<200).map { _ in values.tree() }
    let text = written.map { "---\n" + YAMLEmitter.emit($0) }.joined()
    let result = YAMLParser.parse(text)
    #expect(result.errors == [])
    #expect(result.documents.map { $0.root?.value ?? .null } == written)
  }

  @Test(.enabled(if: Python.hasYAML, "python3 with PyYAML is not installed"), .timeLimit(.minutes(15)))
  func `PyYAML reads the same values`() throws {
    var values = RandomValues(seed: 4)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("drover-yaml-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var expected = ""
    for index in 0..<1500 {
      let value = values.tree()
      try Data(YAMLEmitter.emitBytes(value)).write(to: folder.appendingPathComponent("\(index).yaml"))
      expected += Python.expression(value) + "\n"
    }
    try Data(expected.utf8).write(to: folder.appendingPathComponent("expected"))
    let script = """
      import sys, yaml
      folder = sys.argv[1]
      def same(a, b):
          if type(a) is not type(b): return False
          if isinstance(a, dict):
              return list(a.keys()) == list(b.keys()) and all(same(a[k], b[k]) for k in a)
          if isinstance(a, list):
              return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
          return a == b
      for index, line in enumerate(open(folder + "/expected")):
          text = open(f"{folder}/{index}.yaml", newline="", encoding="utf-8").read()
          wanted = eval(line)
          for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
              found = yaml.load(text, Loader=loader)
              if not same(found, wanted):
                  sys.exit(f"{index}: {text!r} is {found!r}, not {wanted!r}")
      """
    #expect(Python.run(script, folder.path) == 0)
  }
}
