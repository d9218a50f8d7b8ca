import DroverCore
import DroverSystem

/// Finds the price catalogue.
enum PriceCatalogueFile {
  private static let limit = 64 << 20

  /// The catalogue of `settings`, or the one that ships with droverd.
  static func load(_ settings: DaemonSettings) throws(DaemonError) -> PriceCatalogue {
    guard let path = settings.priceCataloguePath else { return .builtIn }
    let bytes = try daemonError { () throws(SystemError) in try FileReader.read(path, maxBytes: limit) }
    do throws(PriceCatalogue.Mistake) { return try PriceCatalogue.read(bytes) } catch {
      throw DaemonError("--price-catalogue \(path): \(error)")
    }
  }
}
