import DroverCore

/// The texts that are imported, as free values.
enum ImportedText {
  /// The first document of a YAML text; errors have their place in `file`.
  static func yaml(_ bytes: [UInt8], file: String) throws(PriceImport.Failure) -> FieldValue {
    do throws(StatusDocument.Failure) {
      let documents = try StatusDocument.parse(bytes, file: file)
      return documents.first ?? .emptyMap
    } catch {
      throw PriceImport.Failure(description: "\(error)")
    }
  }
}
