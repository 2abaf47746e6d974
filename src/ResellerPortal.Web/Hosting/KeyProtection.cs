using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace ResellerPortal.Web.Hosting;

/// <summary>
/// Encrypts the keys that protect secrets in the database with a certificate or a key service that is kept elsewhere, so that a copy of
/// the database alone reveals none of them.
/// </summary>
internal static class KeyProtection
{
    /// <param name="settings">
    /// "VaultUrl" and what belongs to it (<see cref="VaultKeyEncryption"/>); or "CertificatePath", a PKCS #12 file, and
    /// "CertificatePassword", and "FormerCertificatePaths", files with the same password whose keys are still to be read after a change;
    /// or "AllowUnencryptedKeys", to keep the keys as they are.
    /// </param>
    /// <param name="mustBeEncrypted">Whether keys are kept as they are only if the settings say so.</param>
    /// <exception cref="InvalidOperationException">
    /// A file cannot be read, or holds no private key; or there is none and the settings do not allow that.
    /// </exception>
    public static IDataProtectionBuilder ProtectKeys(
        this IDataProtectionBuilder builder,
        IConfigurationSection settings,
        bool mustBeEncrypted)
    {
        if (settings["VaultUrl"] is { Length: > 0 })
        {
            if (settings["CertificatePath"] is { Length: > 0 })
            {
                throw new InvalidOperationException("Set DataProtection:CertificatePath or DataProtection:VaultUrl, not both.");
            }

            var vault = new VaultKeyEncryption(settings);
            builder.Services.Configure<KeyManagementOptions>(keys => keys.XmlEncryptor = vault);
            return builder;
        }

        if (settings["CertificatePath"] is not { Length: > 0 } path)
        {
            return !mustBeEncrypted || settings.GetValue<bool>("AllowUnencryptedKeys")
                ? builder
                : throw new InvalidOperationException(
                    "DataProtection:CertificatePath is missing: set it to a PKCS #12 file that encrypts the keys in the database, or "
                        + "DataProtection:VaultUrl to a key service, or set DataProtection:AllowUnencryptedKeys to true if a copy of the "
                        + "database may reveal every secret in it.");
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
