using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>What clients read of an answer, in the types that they read.</summary>
internal static class Needs
{
    /// <summary>An upload's answer that is the file's id and nothing else.</summary>
    /// <param name="name">The name by which later requests of the conversation refer to the id.</param>
    public static Action<ClientAnswer, ConversationValues> FileIdAlone(string name) => (answer, values) =>
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Matches("^[A-Za-z0-9_-]{16,400}$", answer.Text);
        values[name] = answer.Text;
    };

    /// <summary>An upload's answer.</summary>
    /// <param name="name">The name by which later requests of the conversation refer to the file's id.</param>
    public static Action<ClientAnswer, ConversationValues> StoredFile(string name, string fileName) => (answer, values) =>
    {
        AssertIsJson(answer, HttpStatusCode.OK);
        AssertIsFile(answer.Json, fileName, values);
        values[name] = answer.Json.GetProperty("FileId").GetString()!;
    };

    /// <summary>A conversion's answer; later requests refer to its files as "result" and "second".</summary>
    public static Action<ClientAnswer, ConversationValues> ConvertedFiles(params string[] fileNames) => (answer, values) =>
    {
        AssertIsJson(answer, HttpStatusCode.OK);
        Assert.Equal(fileNames.Length, answer.Json.GetProperty("ConversionCost").GetInt32());
        var files = answer.Json.GetProperty("Files").EnumerateArray().ToList();
        Assert.Equal(fileNames.Length, files.Count);
        foreach (var ((file, fileName), name) in files.Zip(fileNames).Zip(["result", "second"]))
        {
            values[name] = AssertIsFile(file, fileName, values).PathAndQuery;
            values[name + "size"] = file.GetProperty("FileSize").GetInt32().ToString(CultureInfo.InvariantCulture);
        }
    };

    /// <summary>The content of a converted file.</summary>
    public static Action<ClientAnswer, ConversationValues> Pdf(string result, string content) => (answer, values) =>
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(values[result + "size"], answer.Body.Length.ToString(CultureInfo.InvariantCulture));
        Assert.Contains(content, PdfText.Read(answer.Body), StringComparison.Ordinal);
    };

    /// <summary>Converted files as the parts of one answer.</summary>
    public static Action<ClientAnswer, ConversationValues> Parts(params (string FileName, string Content)[] files) => (answer, _) =>
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var type = MediaTypeHeaderValue.Parse(answer.Headers["Content-Type"]);
        Assert.Equal("multipart/mixed", type.MediaType.ToString());
        var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value!, new MemoryStream(answer.Body));
        foreach (var (fileName, content) in files)
        {
            var part = reader.ReadNextSectionAsync().GetAwaiter().GetResult()!;
            var disposition = ContentDispositionHeaderValue.Parse(part.ContentDisposition);
            Assert.Equal(
                fileName, disposition.FileNameStar.HasValue ? disposition.FileNameStar.Value : disposition.FileName.Value!.Trim('"'));
            using var pdf = new MemoryStream();
            part.Body.CopyTo(pdf);
            Assert.Contains(content, PdfText.Read(pdf.ToArray()), StringComparison.Ordinal);
        }

        Assert.Null(reader.ReadNextSectionAsync().GetAwaiter().GetResult());
    };

    /// <summary>The answer to a conversion that goes on as a job.</summary>
    public static void Job(ClientAnswer answer, ConversationValues values)
    {
        AssertIsJson(answer, HttpStatusCode.OK);
        Assert.Matches("^[A-Za-z0-9-]{16,64}$", answer.Json.GetProperty("JobId").GetString());
    }

    /// <summary>The account; clients in .NET, Java and Go read its numbers as integers of 32 bits.</summary>
    public static void Account(ClientAnswer answer, ConversationValues values)
    {
        AssertIsJson(answer, HttpStatusCode.OK);
        var account = answer.Json;
        Assert.Equal(values["master"], account.GetProperty("Secret").GetString());
        Assert.InRange(account.GetProperty("ApiKey").GetInt32(), 1, int.MaxValue);
        Assert.True(account.GetProperty("Active").GetBoolean());
        Assert.Equal("Acme", account.GetProperty("FullName").GetString());
        Assert.Equal(JsonValueKind.String, account.GetProperty("Email").ValueKind);
        Assert.InRange(account.GetProperty("ConversionsConsumed").GetInt32(), 0, account.GetProperty("ConversionsTotal").GetInt32());
        Assert.Equal("Active", account.GetProperty("Status").GetString());
    }

    /// <summary>An answer whose body nobody reads.</summary>
    public static void Success(ClientAnswer answer, ConversationValues values) => Assert.Equal(HttpStatusCode.OK, answer.Status);

    public static Action<ClientAnswer, ConversationValues> Refusal(HttpStatusCode status, int code) => (answer, _) =>
    {
        AssertIsJson(answer, status);
        Assert.Equal(code, answer.Json.GetProperty("Code").GetInt32());
        Assert.NotEmpty(answer.Json.GetProperty("Message").GetString()!);
    };

    /// <summary>A browser asks this before it sends a conversion of a page from elsewhere.</summary>
    public static void PreflightPassed(ClientAnswer answer, ConversationValues values)
    {
        Assert.InRange((int)answer.Status, 200, 299);
        AssertReadableInBrowser(answer);
        var headers = answer.Headers["Access-Control-Allow-Headers"];
        Assert.Contains("authorization", headers, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("content-type", headers, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("POST", answer.Headers["Access-Control-Allow-Methods"], StringComparison.Ordinal);
    }

    /// <summary>A browser shows an answer to a page from elsewhere only if the answer says so, refusals too.</summary>
    public static Action<ClientAnswer, ConversationValues> InBrowser(Action<ClientAnswer, ConversationValues> needs) => (answer, values) =>
    {
        AssertReadableInBrowser(answer);
        needs(answer, values);
    };

    private static void AssertReadableInBrowser(ClientAnswer answer) =>
        Assert.Contains(answer.Headers["Access-Control-Allow-Origin"], (string[])["*", JavaScriptClient.Origin]);

    private static void AssertIsJson(ClientAnswer answer, HttpStatusCode status)
    {
        Assert.True(status == answer.Status, $"{answer.Status}: {answer.Text}");
        Assert.StartsWith("application/json", answer.Headers["Content-Type"], StringComparison.Ordinal);
    }

    /// <returns>Its address, which leads to the host that the client knows and ends in the file's name.</returns>
    private static Uri AssertIsFile(JsonElement file, string fileName, ConversationValues values)
    {
        Assert.Equal(fileName, file.GetProperty("FileName").GetString());
        Assert.Equal(Path.GetExtension(fileName).TrimStart('.'), file.GetProperty("FileExt").GetString());
        Assert.InRange(file.GetProperty("FileSize").GetInt32(), 1, int.MaxValue);
        Assert.NotEmpty(file.GetProperty("FileId").GetString()!);
        var address = new Uri(file.GetProperty("Url").GetString()!);
        Assert.Equal(values["host"], address.Authority);
        Assert.EndsWith("/" + Uri.EscapeDataString(fileName), address.AbsolutePath, StringComparison.Ordinal);
        return address;
    }
}
