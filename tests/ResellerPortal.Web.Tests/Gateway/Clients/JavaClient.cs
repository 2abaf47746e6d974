using System.Net;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>convertapi-java: uploads without an Accept header, then a form whose parts tell their lengths.</summary>
internal static class JavaClient
{
    private const string Name = "Java 2.12";

    private static string Upload(string fileName, string content) => $$"""
        POST /upload?filename={{fileName}} HTTP/1.1
        User-Agent: ConvertAPI-Java/2.12 (Linux)
        Authorization: Bearer {token}
        Content-Type: application/octet-stream
        Content-Length: {length}
        Host: {host}
        Connection: Keep-Alive
        Accept-Encoding: gzip

        {{content}}
        """;

    private static string Convert(string format, string token, string parts) => $$"""
        POST /convert/{{format}}/to/pdf?storefile=true HTTP/1.1
        User-Agent: ConvertAPI-Java/2.12 (Linux)
        Authorization: Bearer {{token}}
        Accept: application/json
        Content-Type: multipart/form-data; boundary=fd645bb1-2c6b-4b57-a05d-aa458745f1c5
        Content-Length: {length}
        Host: {host}
        Connection: Keep-Alive
        Accept-Encoding: gzip

        {{parts}}--fd645bb1-2c6b-4b57-a05d-aa458745f1c5--

        """;

    private static string Part(string name, string value) => $$"""
        --fd645bb1-2c6b-4b57-a05d-aa458745f1c5
        Content-Disposition: form-data; name="{{name}}"
        Content-Length: {length of {{value}}}

        {{{value}}}

        """;

    private const string UploadFromAddress = """
        POST /upload-from-url?url={source, escaped} HTTP/1.1
        User-Agent: ConvertAPI-Java/2.12 (Linux)
        Authorization: Bearer {token}
        Accept: application/json
        Content-Length: 0
        Host: {host}
        Connection: Keep-Alive
        Accept-Encoding: gzip
        """;

    private const string Download = """
        GET {result} HTTP/1.1
        User-Agent: ConvertAPI-Java/2.12 (Linux)
        Host: {host}
        Connection: Keep-Alive
        Accept-Encoding: gzip
        """;

    private const string Delete = """
        DELETE {result} HTTP/1.1
        User-Agent: ConvertAPI-Java/2.12 (Linux)
        Content-Length: 0
        Host: {host}
        Connection: Keep-Alive
        Accept-Encoding: gzip
        """;

    private const string Account = """
        GET /user HTTP/1.1
        User-Agent: ConvertAPI-Java/2.12 (Linux)
        Authorization: Bearer {master}
        Accept: application/json
        Host: {host}
        Connection: Keep-Alive
        Accept-Encoding: gzip
        """;

    private static readonly Exchange UploadFile = new(Upload("hello.txt", "Hello from a file"), Needs.FileIdAlone("file"));

    private static readonly Exchange ConvertFile = new(
        Convert("txt", "{token}", Part("file", "file")), Needs.ConvertedFiles("hello.pdf"));

    public static ClientConversation[] Conversations { get; } =
    [
        new(Name, Capabilities.ConvertFile, 1, UploadFile, ConvertFile),
        new(Name, Capabilities.ConvertStoredFile, 2, UploadFile, ConvertFile, ConvertFile),
        new(
            Name,
            Capabilities.ConvertAddress,
            1,
            new Exchange(Convert("txt", "{token}", Part("file", "source")), Needs.ConvertedFiles("hello.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Hello from an address"))),
        new(
            Name,
            Capabilities.ConvertSeveral,
            2,
            new Exchange(Upload("one.txt", "One"), Needs.FileIdAlone("one")),
            new Exchange(Upload("two.txt", "Two"), Needs.FileIdAlone("two")),
            new Exchange(
                Convert("txt", "{token}", Part("files[0]", "one") + Part("files[1]", "two")),
                Needs.ConvertedFiles("one.pdf", "two.pdf"))),
        new(Name, Capabilities.Upload, 0, UploadFile),
        new(
            Name,
            Capabilities.UploadFromAddress,
            1,
            new Exchange(UploadFromAddress, Needs.StoredFile("file", "hello.txt")),
            ConvertFile,
            new Exchange(Download, Needs.Pdf("result", "Hello from an address"))),
        new(
            Name,
            Capabilities.Download,
            1,
            UploadFile,
            ConvertFile,
            new Exchange(Download, Needs.Pdf("result", "Hello from a file"))),
        new(
            Name,
            Capabilities.Delete,
            1,
            UploadFile,
            ConvertFile,
            new Exchange(Delete, Needs.Success),
            new Exchange(Download, Needs.Refusal(HttpStatusCode.NotFound, 5009))),
        new(Name, Capabilities.Account, 0, new Exchange(Account, Needs.Account)),
        new(
            Name,
            Capabilities.WrongToken,
            0,
            UploadFile,
            new Exchange(Convert("txt", "no-such-token", Part("file", "file")), Needs.Refusal(HttpStatusCode.Unauthorized, 4011))),
        new(
            Name,
            Capabilities.UnknownFormat,
            0,
            UploadFile,
            new Exchange(Convert("xyz", "{token}", Part("file", "file")), Needs.Refusal(HttpStatusCode.UnsupportedMediaType, 4150))),
        new(
            Name,
            Capabilities.EncodedName,
            1,
            new Exchange(Upload("%C3%A9.txt", "Name"), Needs.FileIdAlone("file")),
            new Exchange(Convert("txt", "{token}", Part("file", "file")), Needs.ConvertedFiles("é.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Name"))),
    ];
}
