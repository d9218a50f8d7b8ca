import DroverCore

/// A table of models as the API lists them.
enum ModelTable {
  static func render(_ models: [FieldValue]) -> String {
    var table = Table(header: ["KEY", "NAME", "ORIGIN", "STATE", "CONTEXT", "OUTPUT", "CAPABILITIES"])
    for model in models {
      table.append([
        model["key"]?.string ?? "", model["resource"]?.string ?? "", model["origin"]?.string ?? "", state(model),
        model["contextWindow"]?.scalarText ?? "", model["maxTokens"]?.scalarText ?? "",
        (model["capabilities"]?.stringList ?? []).joined(separator: ","),
      ])
    }
    return table.render()
  }

  private static func state(_ model: FieldValue) -> String {
    if model["gone"]?.bool == true { return "gone" }
    let status = model["status"]?.string ?? "<unknown>"
    return model["deprecated"]?.bool == true && status != "deprecated" ? status + ",deprecated" : status
  }
}
