import DroverCore
import DroverPlanning

extension DiffReport {
  /// What the host says against these manifests: the errors about documents, and what keeps a model from being loaded
  /// there whatever else happens.
  var hostFindings: [Diagnostic] {
    let told = Set(diagnostics.filter { $0.severity == .error }.compactMap(\.identity))
    return diagnostics
      + changes.compactMap { change in
        guard change.glyph == .blocked, !told.contains(change.object), let source = change.newSource,
          let code = DiffReport.code(of: change.effect)
        else { return nil }
        return Diagnostic(
          .error, code, file: source.path, line: source.line, column: 1, change.effect, identity: change.object)
      }
  }

  /// By the reason in front of the sentence; nil where waiting or another provider may help.
  private static func code(of effect: String) -> Diagnostic.Code? {
    switch effect.prefix(while: { $0 != ":" }) {
    case Reason.modelNotFound.rawValue: .fileNotFound
    case Reason.insufficientMemory.rawValue: .memoryExceeded
    case Reason.notPermitted.rawValue: .notPermitted
    case Reason.secretNotFound.rawValue: .secretNotFound
    default: nil
    }
  }
}
