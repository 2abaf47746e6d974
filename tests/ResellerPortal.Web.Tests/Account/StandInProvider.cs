using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ResellerPortal.Web.Tests.Account;

/// <summary>
/// An OpenID Connect provider over HTTP with discovery, keys, an authorization page without sign-in, and codes (with PKCE).
/// </summary>
public sealed class StandInProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "1" };
    private readonly Dictionary<string, (string Nonce, string Challenge)> _codes = [];

    private StandInProvider(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>The claims of the next ID token.</summary>
    public Dictionary<string, object> Claims { get; } = new()
    {
        ["sub"] = "4711",
        ["email"] = "owner@northwind.example",
        ["email_verified"] = true,
    };

    public string Audience { get; set; } = "portal";

    public bool KeepsNonce { get; set; } = true;

    /// <summary>Who the next ID token says it is from; null for this provider.</summary>
    public string? Issuer { get; set; }

    /// <summary>Signs ID tokens with a key of somebody else under the same name.</summary>
    public bool IsForged { get; set; }

    public (string, string)[] Settings =>
        [
            ("OpenIdConnect:acme:Authority", Address),
            ("OpenIdConnect:acme:ClientId", "portal"),
            ("OpenIdConnect:acme:ClientSecret", "secret"),
            ("OpenIdConnect:acme:DisplayName", "Acme SSO"),
        ];

    public static async Task<StandInProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var provider = new StandInProvider(app);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = provider.Address,
            ["authorization_endpoint"] = provider.Address + "/authorize",
            ["token_endpoint"] = provider.Address + "/token",
            ["jwks_uri"] = provider.Address + "/keys",
            ["response_types_supported"] = new[] { "code" },
            ["subject_types_supported"] = new[] { "public" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        }));
        app.MapGet("/keys", () =>
        {
            var parameters = provider._key.Rsa.ExportParameters(false);
            return Results.Json(
                new
                {
                    keys = new[] { new
                    {
                        kty = "RSA",
                        kid = "1",
                        use = "sig",
                        alg = "RS256",
                        n = Base64UrlEncoder.Encode(parameters.Modulus),
                        e = Base64UrlEncoder.Encode(parameters.Exponent),
                    } },
                });
        });
        app.MapGet("/authorize", (HttpRequest request) =>
        {
            var code = Guid.NewGuid().ToString("N");
            provider._codes[code] = (request.Query["nonce"]!, request.Query["code_challenge"]!);
            return Results.Content(
                $"<form method=\"post\" action=\"{request.Query["redirect_uri"]}\"><input name=\"code\" value=\"{code}\"/><input "
                    + $"name=\"state\" value=\"{request.Query["state"]}\"/></form>",
                "text/html");
        });
        app.MapPost("/token", async (HttpRequest request) => provider.Redeem(await request.ReadFormAsync()));
        await app.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Redeem(IFormCollection form)
    {
        if (!_codes.Remove(form["code"]!, out var code)
            || Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"]!))) != code.Challenge)
        {
            return Results.BadRequest(new { error = "invalid_grant" });
        }

        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer ?? Address,
            Audience = Audience,
            Claims = new Dictionary<string, object>(Claims) { ["nonce"] = KeepsNonce ? code.Nonce : "another" },
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5),
            SigningCredentials = new SigningCredentials(
                IsForged ? new RsaSecurityKey(RSA.Create(2048)) { KeyId = _key.KeyId } : _key, SecurityAlgorithms.RsaSha256),
        });
        return Results.Json(new { access_token = "x", token_type = "Bearer", expires_in = 300, id_token = token });
    }
}
