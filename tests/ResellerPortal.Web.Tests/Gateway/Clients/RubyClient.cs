using System.Net;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>convertapi-ruby: uploads without credentials, then a URL-encoded form in which a timeout may have no value.</summary>
internal static class RubyClient
{
    private const string Name = "Ruby 3.0.0";

    private static string Upload(string fileName, string content) => $$"""
        POST /upload HTTP/1.1
        User-Agent: ConvertAPI-Ruby/3.0.0
        Accept: application/json
        Content-Type: application/octet-stream
        Transfer-Encoding: chunked
        Content-Disposition: attachment; filename*=UTF-8''{{fileName}}
        Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
        Connection: close
        Host: {host}

        {{content.Length:x}}
        {{content}}
        0


        """;

    private static string Convert(string format, string token, string form) => $$"""
        POST /convert/{{format}}/to/pdf? HTTP/1.1
        User-Agent: ConvertAPI-Ruby/3.0.0
        Accept: application/json
        Authorization: Bearer {{token}}
        Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
        Content-Type: application/x-www-form-urlencoded
        Connection: close
        Host: {host}
        Content-Length: {length}

        {{form}}&Timeout&StoreFile=true
        """;

    private const string Download = """
        GET {result} HTTP/1.1
        User-Agent: ConvertAPI-Ruby/3.0.0
        Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
        Accept: */*
        Host: {host}
        """;

    private const string Account = """
        GET /user? HTTP/1.1
        User-Agent: ConvertAPI-Ruby/3.0.0
        Accept: application/json
        Authorization: Bearer {master}
        Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
        Connection: close
        Host: {host}
        """;

    private static readonly Exchange UploadFile = new(Upload("hello.txt", "Hello from a file"), Needs.StoredFile("file", "hello.txt"));

    private static readonly Exchange ConvertFile = new(Convert("txt", "{token}", "File={file}"), Needs.ConvertedFiles("hello.pdf"));

    public static ClientConversation[] Conversations { get; } =
    [
        new(Name, Capabilities.ConvertFile, 1, UploadFile, ConvertFile),
        new(Name, Capabilities.ConvertStoredFile, 2, UploadFile, ConvertFile, ConvertFile),
        new(
            Name,
            Capabilities.ConvertAddress,
            1,
            new Exchange(Convert("txt", "{token}", "File={source, escaped}"), Needs.ConvertedFiles("hello.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Hello from an address"))),
        new(
            Name,
            Capabilities.ConvertSeveral,
            2,
            new Exchange(Upload("one.txt", "One"), Needs.StoredFile("one", "one.txt")),
            new Exchange(Upload("two.txt", "Two"), Needs.StoredFile("two", "two.txt")),
            new Exchange(Convert("txt", "{token}", "Files%5B0%5D={one}&Files%5B1%5D={two}"), Needs.ConvertedFiles("one.pdf", "two.pdf"))),
        new(Name, Capabilities.Upload, 0, UploadFile),
        new(
            Name,
            Capabilities.Download,
            1,
            UploadFile,
            ConvertFile,
            new Exchange(Download, Needs.Pdf("result", "Hello from a file"))),
        new(Name, Capabilities.Account, 0, new Exchange(Account, Needs.Account)),
        new(
            Name,
            Capabilities.WrongToken,
            0,
            new Exchange(Convert("txt", "no-such-token", "File={source, escaped}"), Needs.Refusal(HttpStatusCode.Unauthorized, 4011))),
        new(
            Name,
            Capabilities.UnknownFormat,
            0,
            new Exchange(Convert("xyz", "{token}", "File={source, escaped}"), Needs.Refusal(HttpStatusCode.UnsupportedMediaType, 4150))),
        new(
            Name,
            Capabilities.EncodedName,
            1,
            new Exchange(Upload("%C3%A9.txt", "Name"), Needs.StoredFile("file", "é.txt")),
            new Exchange(Convert("txt", "{token}", "File={file}"), Needs.ConvertedFiles("é.pdf")),
            new Exchange(Download, Needs.Pdf("result", "Name"))),
    ];
}
