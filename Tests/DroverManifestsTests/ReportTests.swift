import DroverCore
import DroverManifests
import Testing

@Suite struct ReportTests {
  private func report(note: String? = nil) async -> DiagnosticReport {
    let inputs = [
      ("a.yaml", server), ("b,1.yaml", model("m", "provider: locla")),
      ("c.yaml", manifest("Fleet", "f", "{modelsConfig: {}}")), ("d.yaml", "kind: [x\n"),
    ].map { ManifestTree.Input(root: "r", path: $0.0, bytes: Array($0.1.utf8)) }
    let tree = await ManifestTree.load(inputs, now: Timestamp(milliseconds: 0))
    return DiagnosticReport(tree, note: note)
  }

  @Test func `text ends in the counts, with a caret where lines are given`() async {
    let report = await report(note: "Host checks: not run (no --server).")
    let lines = report.render(.text).split(separator: "\n").map(String.init)
    #expect(lines.count == 4)
    #expect(lines.first?.hasPrefix("b,1.yaml:4:18: error: spec.provider: no provider is named 'locla'") == true)
    #expect(
      lines.last
        == "4 files, 4 objects: 2 valid, 2 invalid; 2 errors, 1 warning. Host checks: not run (no --server).")
    let shown = report.render(.text) { file, line in file == "b,1.yaml" && line == 4 ? "spec: {provider: locla}" : nil }
    #expect(shown.contains("\n    4 | spec: {provider: locla}\n      |                  ^\n"))
  }

  @Test func `json is JSON`() async throws {
    let value = try JSONReader.read(await report().render(.json))
    #expect(value["diagnostics"]?.list?.count == 3)
    #expect(value["diagnostics"]?.list?.first?.value["object"] == .string("model/m"))
    #expect(value[path: ["summary", "errors"]] == .integer(2))
  }

  @Test func `github commands are escaped`() async {
    let lines = await report().render(.github).split(separator: "\n").map(String.init)
    #expect(
      lines.first
        == "::error file=b%2C1.yaml,line=4,col=18,title=DanglingReference::spec.provider: no provider is named "
        + "'locla'; did you mean 'local'?")
    #expect(lines[1].hasPrefix("::warning file=c.yaml,line=4,col=8,title=NotImplemented::"))
  }

  @Test func `junit names every file and fails those with errors`() async {
    let text = await report().render(.junit)
    #expect(text.contains("<testsuites tests=\"4\" failures=\"2\">"))
    #expect(text.contains("<testcase classname=\"manifests\" name=\"a.yaml\"/>"))
    #expect(text.contains("<failure type=\"DanglingReference\" message=\"no provider is named 'locla'; did you mean"))
  }

  @Test func `sarif has a rule for each result`() async throws {
    let value = try JSONReader.read(await report().render(.sarif))
    #expect(value["version"] == .string("2.1.0"))
    let run = value["runs"]?.list?.first?.value
    let rules = run?[path: ["tool", "driver", "rules"]]?.list ?? []
    for result in run?["results"]?.list ?? [] {
      let index = Int(result.value["ruleIndex"]?.integer ?? -1)
      #expect(rules.indices.contains(index) && rules[index].value["id"] == result.value["ruleId"])
    }
    let location = run?["results"]?.list?.first?.value["locations"]?.list?.first?.value["physicalLocation"]
    #expect(location?[path: ["artifactLocation", "uri"]] == .string("b%2C1.yaml"))
    #expect(location?[path: ["region", "startLine"]] == .integer(4))
  }

  @Test func `a line with a password in a URL is not shown`() {
    let report = DiagnosticReport(
      diagnostics: [Diagnostic(.error, .invalidValue, file: "a", line: 1, column: 1, "no")], counts: .init())
    #expect(!report.render(.text) { _, _ in "baseURL: http://u:p4ss@h" }.contains("p4ss"))
  }
}

@Suite struct ExplainTests {
  @Test func `a field is explained in kubectl's form`() throws {
    #expect(
      try Explain.text(path: "model.spec.llamaCpp.context") == """
        KIND:       Model
        VERSION:    drover.dev/v1alpha1

        FIELD: context <object>

        DESCRIPTION:
            Context of the server.

        FIELDS:
          perRequest\t<integer>
            Tokens of context of one request; absent: what the model was trained
            for. Change class: reload.

          slots\t<integer>
            Requests served at once. Default: 1. Change class: reload.

        """)
  }

  @Test(arguments: Kind.allCases) func `every kind is explained, no line beyond 76 columns but in the example`(
    _ kind: Kind
  ) throws {
    let text = try Explain.text(path: kind.plural)
    #expect(text.hasPrefix("KIND:       \(kind.rawValue)\n"))
    let spec = try Explain.text(path: kind.singular + ".spec")
    for field in KindCatalogue[kind].fields { #expect(spec.contains("\n  \(field.name)\t<")) }
    for line in spec.split(separator: "\n") where !line.contains("\t") { #expect(line.count <= 76) }
    let tree = try Explain.text(path: kind.singular, recursive: true)
    #expect(tree.contains("\n  spec\t<object>"))
  }

  @Test(arguments: [
    ("modle", "no kind is named 'modle'; did you mean 'model'?"),
    ("model.spec.llamacp", "'model.spec' has no field 'llamacp'; did you mean 'llamaCpp'?"),
    ("model.kind.x", "'model.kind' has no field 'x'; it has no fields"),
  ]) func `a path that leads nowhere says so`(_ path: String, _ message: String) {
    let failure = #expect(throws: Explain.Failure.self) { try Explain.text(path: path) }
    #expect(failure?.description == message)
  }

  @Test(arguments: Kind.allCases) func `metadata is explained, with the annotations that Drover reads`(
    _ kind: Kind
  ) throws {
    let text = try Explain.text(path: kind.singular + ".metadata.annotations")
    for field in Annotation.fields { #expect(text.contains("\n  \(field.name)\t<")) }
    #expect(text.contains("FIELD: annotations <map of string>"))
    #expect(try Explain.text(path: kind.singular + ".metadata.labels").contains("Words to select by"))
    #expect(try Explain.text(path: kind.singular + ".metadata.name").contains("FIELD: name <string> -required-"))
  }
}

@Suite struct SchemaTests {
  @Test func `the bundle names every kind and every field with its change class`() {
    let schema = SchemaExport.jsonSchema()
    #expect(schema["$schema"] == .string("https://json-schema.org/draft/2020-12/schema"))
    #expect(schema["$defs"]?.map?.map(\.key) == KindCatalogue.all.map(\.kind.rawValue))
    let slots = SchemaExport.jsonSchema(.model)[
      path: ["properties", "spec", "properties", "llamaCpp"]]?["anyOf"]?.list?.first?.value[
        path: ["properties", "context"]]?["anyOf"]?.list?.first?.value[path: ["properties", "slots"]]
    #expect(slots?["default"] == .integer(1))
    #expect(slots?["x-drover-change-class"] == .string("reload"))
    #expect(slots?["x-drover-implemented"] == .bool(true))
  }
}
