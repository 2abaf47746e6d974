using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ResellerPortal.Core.Tokens;

/// <summary>How token secrets are made and recognised.</summary>
public static class TokenSecret
{
    public const string Prefix = "rpt_";

    /// <summary>A new secret: the prefix and 32 random bytes in base64url.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What a secret is looked up by. The secrets are random and long, so a plain hash is enough.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
