using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Access;

public sealed class KeyProtectionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-keys-");

    [Fact]
    public async Task Keys_lie_encrypted_in_the_database_and_open_with_the_certificate_alone()
    {
        var (first, second) = (Certificate("first"), Certificate("second"));
        using var server = PortalServer.Start(
            settings: [("DataProtection:CertificatePath", first), ("DataProtection:CertificatePassword", "open")]);
        var secret = Protector(server).Protect("sk_live_something");

        await using (var db = server.Data.Database.Open(TenantScope.None))
        {
            var xml = Assert.Single(db.DataProtectionKeys.ToList()).Xml!;
            Assert.Contains("EncryptedData", xml, StringComparison.Ordinal);
            Assert.DoesNotContain("<masterKey", xml, StringComparison.Ordinal);
        }

        // Nodes with the certificate can read it, even after rotation; a node without it cannot.
        using var node = PortalServer.Start(
            settings: [server.Storage, ("DataProtection:CertificatePath", first), ("DataProtection:CertificatePassword", "open")]);
        Assert.Equal("sk_live_something", Protector(node).Unprotect(secret));
        using var later = PortalServer.Start(
            settings: [
                server.Storage,
                ("DataProtection:CertificatePath", second),
                ("DataProtection:CertificatePassword", "open"),
                ("DataProtection:FormerCertificatePaths:0", first),
            ]);
        Assert.Equal("sk_live_something", Protector(later).Unprotect(secret));
        using var thief = PortalServer.Start(settings: [server.Storage]);
        Assert.ThrowsAny<CryptographicException>(() => Protector(thief).Unprotect(secret));
    }

    [Fact]
    public void A_certificate_that_cannot_be_read_is_said_at_the_start()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => PortalServer.Start(
            settings: [("DataProtection:CertificatePath", Certificate("any")), ("DataProtection:CertificatePassword", "wrong")]));

        Assert.Contains("DataProtection:CertificatePassword", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_lie_encrypted_in_the_database_by_a_key_service_and_open_with_it_alone()
    {
        await using var vault = await StandInVault.StartAsync("secret-token");
        var token = Path.Combine(_folder.FullName, "token");
        await File.WriteAllTextAsync(token, "secret-token\n");
        (string, string)[] settings =
            [("DataProtection:VaultUrl", vault.Address), ("DataProtection:VaultKey", "portal"), ("DataProtection:VaultTokenPath", token)];
        using var server = PortalServer.Start(settings: settings);
        var secret = Protector(server).Protect("sk_live_something");
        await using (var db = server.Data.Database.Open(TenantScope.None))
        {
            var xml = Assert.Single(db.DataProtectionKeys.ToList()).Xml!;
            Assert.Contains("vault:v1:", xml, StringComparison.Ordinal);
            Assert.DoesNotContain("<masterKey", xml, StringComparison.Ordinal);
        }

        // The service rotates its key, and reads what it encrypted before.
        vault.Rotate();
        using var node = PortalServer.Start(settings: [server.Storage, .. settings]);
        Assert.Equal("sk_live_something", Protector(node).Unprotect(secret));
        await File.WriteAllTextAsync(token, "another-token");
        using var thief = PortalServer.Start(settings: [server.Storage, .. settings]);
        Assert.ThrowsAny<Exception>(() => Protector(thief).Unprotect(secret));
    }

    [Theory]
    [InlineData("vault.example", "key", "VaultUrl")]
    [InlineData("https://vault.example", "", "VaultKey")]
    public void A_key_service_without_its_settings_is_said_at_the_start(string address, string key, string named)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => PortalServer.Start(
            settings: [("DataProtection:VaultUrl", address), ("DataProtection:VaultKey", key)]));

        Assert.Contains($"DataProtection:{named}", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static IDataProtector Protector(PortalServer server) =>
        server.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private string Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var path = Path.Combine(_folder.FullName, name + ".pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, "open"));
        return path;
    }
}
