"""Mounted in demo mode alone."""

from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("advance/", views.advance, name="advance"),
]
