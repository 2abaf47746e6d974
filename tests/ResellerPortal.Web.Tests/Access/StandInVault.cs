using System.Text.Json.Nodes;

namespace ResellerPortal.Web.Tests.Access;

/// <summary>A key service on a real socket that speaks Vault's transit protocol; its keys are in its memory alone.</summary>
internal sealed class StandInVault : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, string> _plaintexts = [];
    private int _version = 1;

    private StandInVault(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<StandInVault> StartAsync(string token)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var vault = new StandInVault(builder.Build());
        vault._app.MapPost("/v1/transit/{act}/portal", async (string act, HttpRequest request) =>
        {
            var body = (await JsonNode.ParseAsync(request.Body))!;
            return request.Headers["X-Vault-Token"] != token
                ? Results.Json(new { errors = (string[])["permission denied"] }, statusCode: StatusCodes.Status403Forbidden)
                : Results.Json(new { data = act == "encrypt" ? vault.Encrypt(body) : vault.Decrypt(body) });
        });
        await vault._app.StartAsync();
        return vault;
    }

    public void Rotate() => _version++;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private object Encrypt(JsonNode body)
    {
        var ciphertext = $"vault:v{_version}:{Guid.NewGuid():N}";
        _plaintexts[ciphertext] = body["plaintext"]!.GetValue<string>();
        return new { ciphertext };
    }

    private object Decrypt(JsonNode body) => new { plaintext = _plaintexts[body["ciphertext"]!.GetValue<string>()] };
}
