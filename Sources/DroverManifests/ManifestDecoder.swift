import DroverCore
import DroverYAML

/// Reads manifest files. Pure, and free of shared state: any number of files may be decoded at once.
package struct ManifestDecoder: Sendable {
  /// Whether a name that has the shape of a time zone exists; the default takes every such name.
  package var isTimeZone: @Sendable (String) -> Bool

  package init(isTimeZone: @escaping @Sendable (String) -> Bool = { _ in true }) { self.isTimeZone = isTimeZone }

  /// Decodes one file. `root` and `path` say where it lies, `display` how diagnostics print it (default: `path`),
  /// `sha256` its digest where that is known already.
  package func decode(
    _ bytes: [UInt8], root: String, path: String, display: String? = nil, sha256: String? = nil
  ) -> ManifestFile {
    let parsed = YAMLParser.parse(
      path.hasSuffix(".json") ? JSONText.joiningSurrogates(bytes) : bytes,
      bounds: YAMLBounds(maxBytes: ManifestLimits.fileBytes))
    var file = ManifestFile(
      root: root, path: path, display: display ?? path, sha256: sha256 ?? Digest.sha256(bytes))
    file.failures = parsed.errors.map { error in
      Diagnostic(
        .error, .syntaxError, file: file.display, line: Int(error.mark.line), column: Int(error.mark.column),
        error.message)
    }
    file.documents.reserveCapacity(parsed.documents.count)
    for document in parsed.documents {
      guard let root = document.root else { continue }
      file.documents.append(decode(root, document, in: file))
    }
    return file
  }

  private func decode(_ root: YAMLNode, _ document: YAMLDocument, in file: ManifestFile) -> ManifestDocument {
    var decoder = DocumentDecoder(isTimeZone: isTimeZone)
    let draft = decoder.decode(root)
    let identity = decoder.identity
    var decoded = ManifestDocument(
      source: SourceReference(
        root: file.root, path: file.path, document: document.index, line: Int(document.mark.line), sha256: file.sha256),
      file: file.display, column: Int(document.mark.column), identity: identity, draft: draft,
      diagnostics: decoder.fields.findings.map { finding in
        Diagnostic(
          finding.severity, finding.code, file: file.display, line: Int(finding.mark.line),
          column: Int(finding.mark.column), field: finding.field, finding.message, identity: identity)
      })
    guard draft == nil else { return decoded }
    decoded.strayReferences = decoder.fields.references.map {
      StrayReference(reference: $0, field: root.path(of: $0.mark) ?? "spec")
    }
    return decoded
  }
}
