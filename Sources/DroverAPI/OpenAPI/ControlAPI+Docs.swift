import DroverCore
import HTTPTypes
import HummingbirdCore

extension ControlAPI {
  /// What the API can do, for programs and for people.
  func docRoutes(of routes: [Route]) -> [Route] {
    // The page describes itself too.
    let described = routes + [Route(.get, "/api-docs") { _ in Reply(text: "") }]
    let document = OpenAPIDocument(version: options.version, routes: described).fieldValue
    let page = DocumentPage.html(of: document)
    return [
      Route(.get, "/api-docs") { call in
        let accepted = call.request.headers[.accept] ?? ""
        guard accepted.contains("text/html") else { return Reply(json: document) }
        var reply = Reply(text: page)
        reply.contentType = "text/html; charset=utf-8"
        return reply
      }
    ]
  }
}

/// The description as a page that needs nothing but itself.
enum DocumentPage {
  static func html(of document: FieldValue) -> String {
    var rows = ""
    for path in document["paths"]?.map ?? [] {
      for operation in path.value.map ?? [] {
        let names = (operation.value["parameters"]?.list ?? []).filter { $0.value["in"]?.string == "query" }
          .compactMap { $0.value["name"]?.string }
        rows +=
          "<tr><td><code>\(escaped(operation.key.uppercased()))</code></td><td><code>\(escaped(path.key))</code></td>"
          + "<td>\(escaped(operation.value["summary"]?.string ?? ""))</td>"
          + "<td>\(escaped(names.joined(separator: ", ")))</td></tr>\n"
      }
    }
    return """
      <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Drover control API</title>
      <style>body{font:15px/1.4 sans-serif;margin:2rem}td{padding:.2rem .8rem .2rem 0;vertical-align:top}</style></head>
      <body><h1>Drover control API</h1>
      <p>OpenAPI 3.1 for programs: the same address without <code>Accept: text/html</code>.</p>
      <table><tr><th></th><th>Path</th><th>What it does</th><th>Parameters</th></tr>
      \(rows)</table></body></html>

      """
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
