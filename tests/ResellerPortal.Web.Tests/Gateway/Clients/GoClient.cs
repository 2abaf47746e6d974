using System.Net;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>convertapi-go: uploads without an Accept header, in chunks, then a URL-encoded form.</summary>
internal static class GoClient
{
    private const string Name = "Go 4";

    private static string Upload(string fileName, string content) => $$"""
        POST /upload?filename={{fileName}} HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-Go/4 (linux)
        Transfer-Encoding: chunked
        Authorization: Bearer {token}
        Content-Type: application/octet-stream
        Accept-Encoding: gzip

        {{content.Length:x}}
        {{content}}
        0


        """;

    private static string Convert(string format, string token, string form) => $$"""
        POST /convert/{{format}}/to/pdf?storefile=true HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-Go/4 (linux)
        Content-Length: {length}
        Authorization: Bearer {{token}}
        Content-Type: application/x-www-form-urlencoded
        Accept-Encoding: gzip

        {{form}}
        """;

    private static string SendToResult(string method) => $$"""
        {{method}} {result} HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-Go/4 (linux)
        Authorization: Bearer {token}
        Accept-Encoding: gzip
        """;

    private const string Account = """
        GET /user? HTTP/1.1
        Host: {host}
        User-Agent: ConvertAPI-Go/4 (linux)
        Authorization: Bearer {master}
        Accept-Encoding: gzip
        """;

    private static readonly Exchange UploadFile = new(Upload("hello.txt", "Hello from a file"), Needs.FileIdAlone("file"));

    private static readonly Exchange ConvertFile = new(Convert("txt", "{token}", "file={file}"), Needs.ConvertedFiles("hello.pdf"));

    public static ClientConversation[] Conversations { get; } =
    [
        new(Name, Capabilities.ConvertFile, 1, UploadFile, ConvertFile),
        new(Name, Capabilities.ConvertStoredFile, 2, UploadFile, ConvertFile, ConvertFile),
        new(
            Name,
            Capabilities.ConvertAddress,
            1,
            new Exchange(Convert("txt", "{token}", "file={source, escaped}"), Needs.ConvertedFiles("hello.pdf")),
            new Exchange(SendToResult("GET"), Needs.Pdf("result", "Hello from an address"))),
        new(
            Name,
            Capabilities.ConvertSeveral,
            2,
            new Exchange(Upload("one.txt", "One"), Needs.FileIdAlone("one")),
            new Exchange(Upload("two.txt", "Two"), Needs.FileIdAlone("two")),
            new Exchange(Convert("txt", "{token}", "files%5B0%5D={one}&files%5B1%5D={two}"), Needs.ConvertedFiles("one.pdf", "two.pdf"))),
        new(Name, Capabilities.Upload, 0, UploadFile),
        new(
            Name,
            Capabilities.Download,
            1,
            UploadFile,
            ConvertFile,
            new Exchange(SendToResult("GET"), Needs.Pdf("result", "Hello from a file"))),
        new(
            Name,
            Capabilities.Delete,
            1,
            UploadFile,
            ConvertFile,
            new Exchange(SendToResult("DELETE"), Needs.Success),
            new Exchange(SendToResult("GET"), Needs.Refusal(HttpStatusCode.NotFound, 5009))),
        new(Name, Capabilities.Account, 0, new Exchange(Account, Needs.Account)),
        new(
            Name,
            Capabilities.WrongToken,
            0,
            UploadFile,
            new Exchange(Convert("txt", "no-such-token", "file={file}"), Needs.Refusal(HttpStatusCode.Unauthorized, 4011))),
        new(
            Name,
            Capabilities.UnknownFormat,
            0,
            UploadFile,
            new Exchange(Convert("xyz", "{token}", "file={file}"), Needs.Refusal(HttpStatusCode.UnsupportedMediaType, 4150))),
        new(
            Name,
            Capabilities.EncodedName,
            1,
            new Exchange(Upload("%C3%A9.txt", "Name"), Needs.FileIdAlone("file")),
            new Exchange(Convert("txt", "{token}", "file={file}"), Needs.ConvertedFiles("é.pdf")),
            new Exchange(SendToResult("GET"), Needs.Pdf("result", "Name"))),
    ];
}
