using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;

namespace ResellerPortal.Web.Hosting;

/// <summary>
/// Encrypts the keys that protect secrets in the database with a certificate that is kept elsewhere, so that a copy of the
/// database alone reveals none of them.
/// </summary>
internal static class KeyCertificates
{
    /// <param name="settings">
    /// "CertificatePath", a PKCS #12 file, and "CertificatePassword"; "FormerCertificatePaths", files with the same password whose keys are
    /// still to be read after a change. Without a path the keys are kept as they are.
    /// </param>
    /// <exception cref="InvalidOperationException">A file cannot be read, or holds no private key.</exception>
    public static IDataProtectionBuilder ProtectKeys(this IDataProtectionBuilder builder, IConfigurationSection settings)
    {
        if (settings["CertificatePath"] is not { Length: > 0 } path)
        {
            return builder;
        }

        var former = settings.GetSection("FormerCertificatePaths").Get<string[]>() ?? [];
        return builder
            .ProtectKeysWithCertificate(Load(path))
            .UnprotectKeysWithAnyCertificate([.. former.Select(Load)]);

        X509Certificate2 Load(string file)
        {
            try
            {
                var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, settings["CertificatePassword"]);
                return certificate.GetRSAPrivateKey() is not null
                    ? certificate
                    : throw new InvalidOperationException($"The certificate in {file} has no RSA private key.");
            }
            catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw new InvalidOperationException(
                    $"The certificate in {file} cannot be read. Set DataProtection:CertificatePath to a PKCS #12 file and "
                        + "DataProtection:CertificatePassword to its password.",
                    failure);
            }
        }
    }
}
