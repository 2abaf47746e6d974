namespace ResellerPortal.Web.Tests.Gateway.Clients;

/// <summary>What an official client does for one of its capabilities: its requests, and what it needs of the answers.</summary>
/// <param name="Client">Name and version, as in the gateway's guide.</param>
/// <param name="Capability">One of <see cref="Capabilities"/>.</param>
/// <param name="Cost">What the conversation costs in all, as the ledger must say.</param>
internal sealed record ClientConversation(string Client, string Capability, long Cost, params Exchange[] Exchanges)
{
    public static IReadOnlyList<ClientConversation> All { get; } =
    [
        .. CommandLineClient.Conversations,
        .. DotNetClient.Conversations,
        .. GoClient.Conversations,
        .. JavaClient.Conversations,
        .. JavaScriptClient.Conversations,
        .. NodeClient.Conversations,
        .. PhpClient.Conversations,
        .. PythonClient.Conversations,
        .. RubyClient.Conversations,
    ];
}

/// <summary>A request as text, and what must hold for its answer.</summary>
/// <param name="Request">
/// What the client sends, byte for byte, but with \n for line ends and names in braces for what differs each time. The last blank line of
/// a request without a body is left out.
/// </param>
internal sealed record Exchange(string Request, Action<ClientAnswer, ConversationValues> Check);

/// <summary>What clients can do; the names are the columns of the table in the gateway's guide.</summary>
internal static class Capabilities
{
    public const string ConvertFile = "convert a file";
    public const string ConvertStoredFile = "by file id";
    public const string ConvertAddress = "by address";
    public const string ConvertSeveral = "several files";
    public const string Upload = "upload";
    public const string UploadFromAddress = "upload from address";
    public const string Download = "download";
    public const string Delete = "delete";
    public const string EncodedName = "non-ASCII name";
    public const string StartJob = "start a job";
    public const string Account = "account";
    public const string WrongToken = "wrong token";
    public const string UnknownFormat = "unknown format";

    public static IReadOnlyList<string> All { get; } =
    [
        ConvertFile, ConvertStoredFile, ConvertAddress, ConvertSeveral, Upload, UploadFromAddress, Download, Delete, StartJob, Account,
        WrongToken, UnknownFormat, EncodedName,
    ];
}
