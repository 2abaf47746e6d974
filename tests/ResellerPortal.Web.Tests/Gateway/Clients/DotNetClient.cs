using System.Net;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>convertapi-dotnet: raw uploads, then a multipart form with names out of quotes and the type first.</summary>
internal static class DotNetClient
{
    private const string Name = ".NET 3.1.5";

    private static string Upload(string fileName, string content) => $$"""
        POST /upload HTTP/1.1
        Host: {host}
        User-Agent: convertapi-dotnet/3.1.5.0
        Authorization: Bearer {token}
        Accept: application/json
        Content-Type: application/octet-stream
        Content-Disposition: attachment; filename*=utf-8''{{fileName}}
        Content-Length: {length}

        {{content}}
        """;

    private static string Convert(string format, string token, string parts) => $$"""
        POST /convert/{{format}}/to/pdf HTTP/1.1
        Host: {host}
        User-Agent: convertapi-dotnet/3.1.5.0
        Authorization: Bearer {{token}}
        Accept: application/json
        Content-Type: multipart/form-data; boundary="246b23d1-4c9f-449c-a464-02cf2beddcfc"
        Content-Length: {length}

        --246b23d1-4c9f-449c-a464-02cf2beddcfc
        Content-Type: text/plain; charset=utf-8
        Content-Disposition: form-data; name=StoreFile

        true
        {{parts}}--246b23d1-4c9f-449c-a464-02cf2beddcfc--

        """;

    private static string Part(string name, string value) => $$"""
        --246b23d1-4c9f-449c-a464-02cf2beddcfc
        Content-Type: text/plain; charset=utf-8
        Content-Disposition: form-data; name={{name}}

        {{value}}

        """;

    private const string UploadFromAddress = """
        POST /upload?url={source, escaped} HTTP/1.1
        Host: {host}
        User-Agent: convertapi-dotnet/3.1.5.0
        Authorization: Bearer {token}
        Accept: application/json
        Content-Length: 0
        """;

    private const string Download = """
        GET {result} HTTP/1.1
        Host: {host}
        User-Agent: convertapi-dotnet/3.1.5.0
        """;

    private const string Delete = """
        DELETE {result} HTTP/1.1
        Host: {host}
        """;

    private const string Account = """
        GET /user HTTP/1.1
        Host: {host}
        User-Agent: convertapi-dotnet/3.1.5.0
        Authorization: Bearer {master}
        """;

    private static readonly Exchange UploadFile = new(Upload("hello.txt", "Hello from a file"), Needs.StoredFile("file", "hello.txt"));

    private static readonly Exchange ConvertFile = new(
        Convert("txt", "{token}", Part("file", "{file}")), Needs.ConvertedFiles("hello.pdf"));

    public static ClientConversation[] Conversations { get; } =
    [
        new(Name, Capabilities.ConvertFile, 1, UploadFile, ConvertFile),
        new(Name, Capabilities.ConvertStoredFile, 2, UploadFile, ConvertFile, ConvertFile),
        new(
            Name,
            Capabilities.ConvertAddress,
            1,
            new Exchange(Convert("txt", "{token}", Part("file", "{source}")), Needs.ConvertedFiles("hello.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Hello from an address"))),
        new(
            Name,
            Capabilities.ConvertSeveral,
            2,
            new Exchange(Upload("one.txt", "One"), Needs.StoredFile("one", "one.txt")),
            new Exchange(Upload("two.txt", "Two"), Needs.StoredFile("two", "two.txt")),
            new Exchange(
                Convert("txt", "{token}", Part("\"files[0]\"", "{one}") + Part("\"files[1]\"", "{two}")),
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
            new Exchange(Convert("txt", "no-such-token", Part("file", "{file}")), Needs.Refusal(HttpStatusCode.Unauthorized, 4011))),
        new(
            Name,
            Capabilities.UnknownFormat,
            0,
            UploadFile,
            new Exchange(Convert("xyz", "{token}", Part("file", "{file}")), Needs.Refusal(HttpStatusCode.UnsupportedMediaType, 4150))),
        new(
            Name,
            Capabilities.EncodedName,
            1,
            new Exchange(Upload("%C3%A9.txt", "Name"), Needs.StoredFile("file", "é.txt")),
            new Exchange(Convert("txt", "{token}", Part("file", "{file}")), Needs.ConvertedFiles("é.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Name"))),
    ];
}
