using ResellerPortal.Web.Commands;
using ResellerPortal.Web.Hosting;

var builder = PortalHost.CreateBuilder(args);
var app = builder.Build();

if (PortalCommands.Find(args) is { } command)
{
    return await command(app.Services, args[1..]);
}

app.UsePortal();
await app.PrepareAsync();
await app.RunAsync();
return 0;
