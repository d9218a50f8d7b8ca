import DroverCore
import Testing

@testable import DroverAPI

@Suite struct MetricsTests {
  private func object(_ kind: Kind, _ name: String, spec: FieldValue = .emptyMap, status: FieldValue) -> FieldValue {
    .object([
      "kind": .string(kind.rawValue), "metadata": .object(["name": .string(name)]), "spec": spec, "status": status,
    ])
  }

  private func conditions(_ all: (String, String)...) -> FieldValue {
    .array(all.map { .object(["type": .string($0.0), "status": .string($0.1)]) })
  }

  private func text(_ objects: [FieldValue], isReady: Bool = true) -> String {
    MetricsText.render(MetricCatalogue.all, MetricsView(version: "1.2.3", isReady: isReady, objects: objects))
  }

  private func lines(_ text: String, of name: String) -> [String] {
    text.split(separator: "\n").map(String.init).filter { $0.hasPrefix(name + "{") || $0.hasPrefix(name + " ") }
  }

  @Test func `every family has a name in the form of Prometheus, once, and a counter says that it is one`() {
    let names = MetricCatalogue.all.map(\.name)
    #expect(Set(names).count == names.count)
    for family in MetricCatalogue.all {
      #expect(family.name.hasPrefix("drover_"))
      #expect(family.name.utf8.allSatisfy { $0 == 95 || (97...122).contains($0) || (48...57).contains($0) })
      #expect(family.name.hasSuffix("_total") == (family.kind == .counter))
      #expect(family.help.hasSuffix("."))
    }
  }

  @Test func `before the first scan only droverd itself is told of`() {
    #expect(
      text([], isReady: false) == """
        # HELP drover_build_info 1, with the version of droverd.
        # TYPE drover_build_info gauge
        drover_build_info{version="1.2.3"} 1
        # HELP drover_ready Whether the control plane can do its work, as /readyz says.
        # TYPE drover_ready gauge
        drover_ready 0

        """)
  }

  @Test func `the fleet tells of its revision, errors, watch and pending steps`() {
    let fleet = object(
      .fleet, "fleet",
      status: .object([
        "revision": .string("4f2a"), "manifests": .object(["errors": .integer(2)]),
        "watch": .object(["mode": .string("inotify"), "overflows": .integer(3)]),
        "plan": .object(["steps": .strings(["load model/a", "load model/b", "unload model/c"])]),
        "counts": .object(["models": .object(["ready": .integer(7)])]),
        "conditions": conditions(("PruneBlocked", "True")),
      ]))
    let text = text([fleet])
    #expect(lines(text, of: "drover_revision_info") == [#"drover_revision_info{revision="4f2a"} 1"#])
    #expect(lines(text, of: "drover_manifest_errors") == ["drover_manifest_errors 2"])
    #expect(lines(text, of: "drover_config_last_reload_successful") == ["drover_config_last_reload_successful 0"])
    #expect(lines(text, of: "drover_watch_mode") == [#"drover_watch_mode{mode="inotify"} 1"#])
    #expect(lines(text, of: "drover_watch_overflows_total") == ["drover_watch_overflows_total 3"])
    #expect(lines(text, of: "drover_prune_blocked") == ["drover_prune_blocked 1"])
    #expect(lines(text, of: "drover_objects") == [#"drover_objects{group="models",state="ready"} 7"#])
    #expect(
      lines(text, of: "drover_plan_pending_steps") == [
        #"drover_plan_pending_steps{step="load"} 2"#, #"drover_plan_pending_steps{step="unload"} 1"#,
      ])
  }

  @Test func `a model tells whether it serves, and what a label could break is escaped`() {
    let model = object(
      .model, "a\"b\\c\nd",
      spec: .object(["deprecation": .object(["sunset": .string("2027-01-01T00:00:00Z")])]),
      status: .object([
        "conditions": conditions(("Serving", "True"), ("Loaded", "False")),
        "process": .object(["restarts": .integer(4)]), "overrides": .array([.emptyMap]),
      ]))
    let text = text([model])
    let name = #"a\"b\\c\nd"#
    #expect(lines(text, of: "drover_model_serving") == [#"drover_model_serving{model="\#(name)"} 1"#])
    #expect(lines(text, of: "drover_model_loaded") == [#"drover_model_loaded{model="\#(name)"} 0"#])
    #expect(lines(text, of: "drover_model_restarts_total") == [#"drover_model_restarts_total{model="\#(name)"} 4"#])
    #expect(
      lines(text, of: "drover_model_sunset_timestamp_seconds") == [
        #"drover_model_sunset_timestamp_seconds{model="\#(name)"} 1798761600"#
      ])
    #expect(
      lines(text, of: "drover_object_condition") == [
        #"drover_object_condition{kind="Model",name="\#(name)",type="Serving",status="True"} 1"#,
        #"drover_object_condition{kind="Model",name="\#(name)",type="Loaded",status="False"} 1"#,
      ])
    #expect(lines(text, of: "drover_override_active") == [#"drover_override_active{kind="Model",name="\#(name)"} 1"#])
  }

  @Test func `a budget tells of its money and the end of its window`() {
    let budget = object(
      .budget, "team", spec: .object(["amount": .decimal("12.5"), "currency": .string("EUR")]),
      status: .object([
        "spent": .string("3.25"), "held": .string("0"), "remaining": .string("9.25"),
        "windowEnd": .string("2026-12-01T00:00:00Z"),
      ]))
    let text = text([budget])
    #expect(lines(text, of: "drover_budget_amount") == [#"drover_budget_amount{budget="team",currency="EUR"} 12.5"#])
    #expect(lines(text, of: "drover_budget_spent") == [#"drover_budget_spent{budget="team",currency="EUR"} 3.25"#])
    #expect(lines(text, of: "drover_budget_held") == [#"drover_budget_held{budget="team",currency="EUR"} 0"#])
    #expect(
      lines(text, of: "drover_budget_window_end_timestamp_seconds") == [
        #"drover_budget_window_end_timestamp_seconds{budget="team"} 1796083200"#
      ])
  }
}
