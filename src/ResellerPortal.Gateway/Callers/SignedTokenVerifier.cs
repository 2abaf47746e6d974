using System.Net;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// Creates and verifies short-lived JWTs, signed with an API token's secret (HS256, "kid" names the token) by the portal or by the
/// customer. They have the token's permissions, checked at each use.
/// </summary>
public sealed class SignedTokenVerifier(TokenAuthenticator authenticator, TimeProvider clock)
{
    public const string ClientIpClaim = "ClientIp";
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <returns>The hash of the signing secret, or null if the JWT is not or no longer valid.</returns>
    public async Task<byte[]?> VerifyAsync(string jwt, IPAddress? caller, CancellationToken cancellationToken)
    {
        if (!Handler.CanReadToken(jwt) || TryRead(jwt) is not { } unverified || !Guid.TryParse(unverified.Kid, out var keyId))
        {
            return null;
        }

        foreach (var secret in await authenticator.FindSecretsAsync(keyId, cancellationToken))
        {
            var result = await Handler.ValidateTokenAsync(jwt, new TokenValidationParameters
            {
                ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
                IssuerSigningKey = CreateKey(secret.Secret),
                TryAllIssuerSigningKeys = true,
                ValidateIssuer = false,
                ValidateAudience = false,
                RequireExpirationTime = true,
                LifetimeValidator = (from, until, _, _) => until + Leeway > clock.GetUtcNow() && !(from - Leeway > clock.GetUtcNow()),
            });
            if (result.IsValid)
            {
                return IsBoundTo((JsonWebToken)result.SecurityToken, caller) ? secret.Hash : null;
            }
        }

        return null;
    }

    /// <summary>Creates a signed token with a limited lifetime, optionally bound to the caller's IP address.</summary>
    public string Create(string secret, string keyId, TimeSpan life, IPAddress? boundTo)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            IssuedAt = now,
            Expires = now + life,
            Claims = boundTo is null ? null : new Dictionary<string, object> { [ClientIpClaim] = boundTo.ToString() },
            SigningCredentials = new SigningCredentials(CreateKey(secret, keyId), SecurityAlgorithms.HmacSha256),
        });
    }

    private static JsonWebToken? TryRead(string jwt)
    {
        try
        {
            return Handler.ReadJsonWebToken(jwt);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsBoundTo(JsonWebToken token, IPAddress? caller) =>
        token.Claims.FirstOrDefault(
            c => c.Type.Equals(ClientIpClaim, StringComparison.OrdinalIgnoreCase)) is not { Value.Length: > 0 } bound
        || (IPAddress.TryParse(bound.Value, out var address) && caller is not null && Normalize(address).Equals(Normalize(caller)));

    private static IPAddress Normalize(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>
    /// Pads the key to the 32 bytes that the library requires. HMAC itself pads keys with zeros to its block of 64 bytes (RFC 2104), so
    /// the signature does not change.
    /// </summary>
    private static SymmetricSecurityKey CreateKey(string secret, string? keyId = null)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        if (bytes.Length < 64)
        {
            Array.Resize(ref bytes, 64);
        }

        return new SymmetricSecurityKey(bytes) { KeyId = keyId };
    }
}
