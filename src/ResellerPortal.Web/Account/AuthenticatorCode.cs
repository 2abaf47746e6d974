using OtpNet;

namespace ResellerPortal.Web.Account;

/// <summary>The six digits of an authenticator app: time-based one-time passwords (RFC 6238) with steps of 30 seconds.</summary>
internal static class AuthenticatorCode
{
    /// <summary>One step before and after, as RFC 6238, section 5.2, recommends.</summary>
    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    /// <summary>Finds the time step that a code belongs to.</summary>
    /// <param name="key">The shared key, in Base32.</param>
    /// <param name="code">Exactly six digits. Signs and leading zeros would be other texts for the same code.</param>
    /// <returns>Null if the code is not one of this time.</returns>
    public static long? FindStep(string key, string code, DateTimeOffset now) =>
        code.Length == 6
            && code.All(char.IsAsciiDigit)
            && new Totp(Base32Encoding.ToBytes(key)).VerifyTotp(now.UtcDateTime, code, out var step, Window)
            ? step
            : null;
}
