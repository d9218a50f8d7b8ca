package import DroverCore
import DroverYAML

/// Manifests made from somebody else's list of models or configuration, and what of it they could not take over.
package struct ModelsConfigImport: Equatable, Sendable {
  /// One manifest each, in the order of the list; providers by name.
  package var providers: [FieldValue]
  package var models: [FieldValue]
  package var routes: [FieldValue] = []
  package var sets: [FieldValue] = []
  /// One sentence each, for people.
  package var notes: [String]

  package static func text(of manifests: [FieldValue]) -> String {
    manifests.map { YAMLEmitter.emit($0.yaml) }.joined(separator: "---\n")
  }

  /// Reads a `models-config.json` or a registry's export: a list of models, `{"models": […]}`, or a map of provider to
  /// either. An entry that is no model is left out with a note; the others are taken.
  package static func read(
    _ bytes: [UInt8], defaults: ImportDefaults = ImportDefaults()
  ) throws(PriceImport.Failure) -> ModelsConfigImport {
    let value = try json(bytes)
    var gathering = ManifestGathering(defaults: defaults)
    if let list = value.list ?? value["models"]?.list {
      for (place, element) in list.enumerated() { gathering.add(element.value, place: "[\(place)]") }
    } else {
      for entry in value.map ?? [] {
        for (place, element) in (entry.value.list ?? entry.value["models"]?.list ?? []).enumerated() {
          gathering.add(element.value, provider: entry.key, place: "\(entry.key)[\(place)]")
        }
      }
    }
    return try gathering.result()
  }

  /// Reads a map of names to models, as programs hold it in their source: `{"GPT4": {"id", "provider", …}}`. The names
  /// become aliases.
  package static func readHardcoded(
    _ bytes: [UInt8], defaults: ImportDefaults = ImportDefaults()
  ) throws(PriceImport.Failure) -> ModelsConfigImport {
    var gathering = ManifestGathering(defaults: defaults)
    for entry in try json(bytes).map ?? [] { gathering.add(entry.value, alias: entry.key, place: entry.key) }
    return try gathering.result()
  }

  private static func json(_ bytes: [UInt8]) throws(PriceImport.Failure) -> FieldValue {
    do throws(JSONReader.Failure) { return try JSONReader.read(bytes) } catch {
      throw PriceImport.Failure(description: "\(error)")
    }
  }
}
